// What swift-argument-parser uses of FoundationEssentials, and no more. The real one, with all
// that it pulls in, adds five megabytes to a static binary for a JSON dump of the help, which
// the appliance never prints.

public protocol LocalizedError: Error {
    var errorDescription: String? { get }
}

extension LocalizedError {
    public var errorDescription: String? { nil }
}

public struct Data {}

public final class JSONEncoder {
    public enum OutputFormatting { case prettyPrinted, sortedKeys }
    struct Absent: Error {}

    public var outputFormatting: Set<OutputFormatting> = []
    public init() {}
    public func encode<Value: Encodable>(_ value: Value) throws -> Data { throw Absent() }
}

extension Set<JSONEncoder.OutputFormatting> {
    public static var prettyPrinted: Self { [.prettyPrinted] }
}

extension String {
    public enum Encoding { case utf8 }
    public init?(data: Data, encoding: Encoding) { return nil }
}
