import ArgumentParser
import Camera
import Configuration
import Guard
import Linux
import Store
import Workbench

/// The exit statuses of every command, from sysexits.h; 64 for wrong usage is the parser's, 74 for
/// output that could not be written `StandardOutput`'s.
enum ExitStatus {
    static let badData: Int32 = 65
    static let unavailable: Int32 = 69
    static let failed: Int32 = 70
    static let inputOutput: Int32 = 74
    static let badConfiguration: Int32 = 78
}

/// Runs the work of a command; what is wrong is said on standard error, and ends the command with
/// the status that says of what kind it is.
func orExit<Result>(_ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as ConfigurationError {
        complain(error.description)
        throw ExitCode(ExitStatus.badConfiguration)
    } catch let error as CameraError {
        // It names a recording, and a list of labels may have named that.
        complain("\(error)".replacingControls())
        throw ExitCode(error.kind == .badData ? ExitStatus.badData : ExitStatus.unavailable)
    } catch let error as WorkbenchError {
        complain("\(error)")
        switch error.kind {
        case .badData: throw ExitCode(ExitStatus.badData)
        case .unavailable: throw ExitCode(ExitStatus.unavailable)
        case .unseen: throw ExitCode(ExitStatus.inputOutput)
        }
    } catch let error as TechnicianDoor.Failure {
        complain("kuzet: \(error)")
        throw ExitCode(ExitStatus.unavailable)
    } catch let error as StoreError {
        complain("kuzet: \(error)")
        switch error.kind {
        case .damaged, .newerVersion: throw ExitCode(ExitStatus.badData)
        case .missing, .owned, .full, .readOnly, .refused:
            throw ExitCode(ExitStatus.unavailable)
        }
    }
}
