import Linux

/// Finds the chip by its label and the line by its name or offset.
struct LineFinder {
    let access: any GPIOAccess
    let settings: LineSettings
    let role: String
    let attempt: String

    func find() throws(AlarmError) -> (path: String, offset: UInt32) {
        let chip = try chip()
        switch settings.place {
        case .offset(let offset):
            guard Int(offset) < chip.lineCount else {
                throw error(.offsetTooLarge(lineCount: chip.lineCount))
            }
            return (chip.path, offset)
        case .name(let name):
            do throws(Errno) {
                return (chip.path, try access.offset(ofLineNamed: name, chip: chip.path))
            } catch .noSuchFile {
                throw error(.lineAbsent)
            } catch {
                throw self.error(.refused(error))
            }
        }
    }

    func error(_ cause: AlarmError.Cause) -> AlarmError {
        AlarmError(
            role: role, chip: settings.chip, place: settings.place, attempt: attempt, cause: cause)
    }

    private func chip() throws(AlarmError) -> GPIOChip {
        let chips: [GPIOChip]
        do throws(Errno) {
            chips = try access.chips()
        } catch {
            throw self.error(.refused(error))
        }
        let matching = chips.filter { $0.label == settings.chip && $0.failure == nil }
        if matching.count == 1 { return matching[0] }
        if matching.count > 1 { throw error(.chipAmbiguous(paths: matching.map(\.path))) }
        // A chip that could not be opened may be the one that is meant.
        for chip in chips {
            if let failure = chip.failure {
                throw error(.chipRefused(path: chip.path, failure))
            }
        }
        throw error(.chipAbsent(present: chips.map(\.label)))
    }
}
