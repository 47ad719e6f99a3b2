import Cryptography
import Detectors
import Frames
import Records
import Store
import Watchlist

/// The piece of a picture in which somebody like an entry was seen, as JPEG that only the authority whose
/// list it is can open: neither venue staff nor a thief of the card can look at it.
package enum SealedFind {
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    private static let quality = 85

    /// - Parameters:
    ///   - key: X25519, the authority's.
    ///   - identity: whose evidence it is: it opens as no other's.
    static func seal(
        _ crop: Frame, to key: [UInt8], of identity: IncidentIdentity
    ) throws(Failure) -> [UInt8] {
        let jpeg: [UInt8]
        do { jpeg = try JPEGEncoder().encode(crop, quality: quality) } catch {
            throw Failure(description: "find: \(error)")
        }
        guard let sealed = Sealing.seal(jpeg, to: key, bound: Array(identity.full.utf8)) else {
            throw Failure(description: "find: seal \(jpeg.count) bytes: the list's key is none")
        }
        return sealed
    }
}

extension FoundEntry {
    init(_ find: FaceFind) {
        let notice = find.listed.notice
        let category: Category =
            switch notice.category {
            case .wanted: .wanted
            case .missing: .missing
            case .barred: .barred
            }
        self.init(
            authority: find.listed.authority, listVersion: find.listed.listVersion,
            category: category, number: notice.number, reference: notice.reference,
            similarity: find.similarity, threshold: find.threshold, quality: find.quality)
    }
}
