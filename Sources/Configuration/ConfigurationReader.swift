import Alarm
import Detectors
import Frames
import Incidents
import Station

extension Settings {
    /// Turns the bytes of a configuration file, and of the board profile it names, into settings.
    ///
    /// - Parameters:
    ///   - file: what messages call the file.
    ///   - ownName: what a board is called that is given no name; nil where it has none of its own.
    ///   - profile: reads the profile of the given name; not called where none is named.
    /// - Error: every problem of both files.
    static func read(
        _ bytes: [UInt8], file: String, ownName: String?,
        profile: (String) throws(ConfigurationError) -> (file: String, bytes: [UInt8])
    ) throws(ConfigurationError) -> Settings {
        let (configuration, problems) = try readWithProblems(
            bytes, file: file, ownName: ownName, profile: profile)
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return configuration
    }

    /// The same, with what could be made out although there are problems. Every line in it is
    /// one that was written without a fault.
    ///
    /// - Error: a file that is no TOML.
    static func readWithProblems(
        _ bytes: [UInt8], file: String, ownName: String?,
        profile: (String) throws(ConfigurationError) -> (file: String, bytes: [UInt8])
    ) throws(ConfigurationError) -> (Settings, [ConfigurationError.Problem]) {
        let problems = ProblemList(file: file)
        let top = try reader(of: bytes, problems)
        var result = Settings()
        var profileProblems: [ConfigurationError.Problem] = []

        if let value = top.value("profile") {
            let name = top.string("profile", default: "", allowed: "a profile file's path")
            if !name.isEmpty {
                do throws(ConfigurationError) {
                    let (profileFile, profileBytes) = try profile(name)
                    let list = ProblemList(file: profileFile)
                    let profileTop = try reader(of: profileBytes, list)
                    result.readBoard(profileTop)
                    profileTop.finish()
                    profileProblems = list.all
                } catch {
                    top.refuse(value, "profile", allowed: "a readable profile file")
                    profileProblems = error.problems
                    // Stands for what the profile would have said: no second problem from it.
                    result.board.cameraDevice = "?"
                }
            }
        }
        result.readBoard(top)
        result.readVenue(top, ownName)
        top.finish()

        return (result, problems.all + profileProblems)
    }

    private static func reader(
        of bytes: [UInt8], _ problems: ProblemList
    ) throws(ConfigurationError) -> TableReader {
        let root = try TOMLValue.parse(bytes, file: problems.file)
        guard case .table(let members) = root.content else {
            throw ConfigurationError(file: problems.file, message: "read: no table at the top")
        }
        return TableReader(members, line: 1, path: "", problems: problems)
    }

    /// What a profile may hold, and a configuration may override key by key.
    private mutating func readBoard(_ top: TableReader) {
        if let table = top.table("board") { board.read(table) }
        station.celsiusMax = board.temperatureCelsiusMax
        if let table = top.table("lines") { lines.read(table) }
    }

    private mutating func readVenue(_ top: TableReader, _ ownName: String?) {
        name = top.string(
            "name", default: ownName ?? Self.unnamed, countMax: 64, allowed: "a name")
        var incidents = IncidentPolicy()
        if let table = top.table("rule") { incidents.readRules(table) }
        readCameras(top, incidents)
        if let table = top.table("store") { store.read(table) }
        if let table = top.table("models") { readModels(table) }
        if let table = top.table("watchlist") { readWatchlist(table) }
        readDestinations(top)
        // Two boards of one name would be one to a broker, and take each other's commands.
        if ownName == nil, !top.has("name"), !destinations.isEmpty {
            top.missing(
                "name",
                allowed: "a name that no other board has, for this one has neither a serial number"
                    + " nor an /etc/machine-id to be told by")
        }
        if let table = top.table("siren") { station.siren.read(table) }
        if let table = top.table("lamps") { station.lamps.read(table) }
        if let table = top.table("alarm") { station.readAlarm(table) }
        if let table = top.table("clip") { station.clip.read(table) }
        if let table = top.table("response") { station.readResponses(table) }
        if let value = top.value("schedule") {
            station.openHours.schedule = top.weekSchedule("schedule")
            if case .array(let elements) = value.content, elements.isEmpty {
                top.refuse(value, "schedule", allowed: "at least one [[schedule]], or none at all")
            }
        }
    }

    private mutating func readModels(_ table: TableReader) {
        for task in LookTask.always where table.has("\(task)") {
            let path = table.string(
                "\(task)", default: "", allowed: "an absolute path of a .tflite file")
            if !path.hasPrefix("/"), let value = table.value("\(task)") {
                table.refuse(value, "\(task)", allowed: "an absolute path, /…")
            }
            if !path.isEmpty { models[task] = path }
        }
        table.finish()
    }

    private mutating func readDestinations(_ top: TableReader) {
        for table in top.tables("destination", countMax: DestinationSection.countMax) {
            let destination = DestinationSection(table)
            if let value = table.value("name"),
                destinations.contains(where: { $0.name == destination.name })
            {
                table.refuse(value, "name", allowed: "a name that no other destination has")
            }
            destinations.append(destination)
        }
    }

    private mutating func readCameras(_ top: TableReader, _ incidents: IncidentPolicy) {
        let allowed = "1 to \(StationPolicy.cameraCountMax) [[camera]] tables"
        guard let value = top.value("camera") else {
            top.missing("camera", allowed: allowed)
            return
        }
        if case .array(let elements) = value.content, elements.isEmpty {
            top.refuse(value, "camera", allowed: allowed)
        }
        for table in top.tables("camera", countMax: StationPolicy.cameraCountMax) {
            var camera = CameraSection(name: "")
            var policy = incidents
            camera.read(table, device: board.cameraDevice, &policy)
            if let value = table.value("name"),
                cameras.contains(where: { $0.name == camera.name && !camera.name.isEmpty })
            {
                table.refuse(value, "name", allowed: "a name that no other camera has")
            }
            if let value = table.value("device"),
                cameras.contains(where: {
                    $0.source.device == camera.source.device && !camera.source.device.isEmpty
                })
            {
                table.refuse(value, "device", allowed: "a device that no other camera uses")
            }
            cameras.append(camera)
            station.cameras.append(CameraPolicy(name: camera.name, incidents: policy))
        }
    }
}

extension BoardSection {
    fileprivate mutating func read(_ table: TableReader) {
        name = table.string("name", default: name, allowed: "the board's name")
        if let values = table.array("compatible", countMax: 16, of: "strings") {
            compatible = values.compactMap { value in
                if case .string(let text) = value.content { return text }
                table.refuse(value, "compatible", allowed: "strings such as \"raspberrypi,5\"")
                return nil
            }
        }
        thermalZone = table.optional("thermal_zone", thermalZone, "a thermal zone's type")
        temperatureCelsiusMax = table.integer(
            "temperature_celsius_max", in: 40...120, default: temperatureCelsiusMax,
            unit: "degrees Celsius")
        watchdog = table.optional("watchdog", watchdog, "a device's path")
        usbDeviceController = table.optional(
            "usb_device_controller", usbDeviceController, "a name in /sys/class/udc")
        cameraDevice = table.optional("camera_device", cameraDevice, "a device's path or name")
        table.finish()
    }
}

extension TableReader {
    fileprivate func optional(_ key: String, _ fallback: String?, _ allowed: String) -> String? {
        let text = string(key, default: fallback ?? "", allowed: allowed)
        return text.isEmpty ? nil : text
    }
}

extension TableReader {
    fileprivate func megabytes(
        _ key: String, in range: ClosedRange<Int>, default fallback: UInt64
    ) -> UInt64 {
        UInt64(integer(key, in: range, default: Int(fallback >> 20), unit: "megabytes")) << 20
    }
}

extension StoreSection {
    fileprivate mutating func read(_ table: TableReader) {
        directory = table.string("directory", default: directory, allowed: "an absolute path")
        if !directory.hasPrefix("/"), let value = table.value("directory") {
            table.refuse(value, "directory", allowed: "an absolute path, /…")
        }
        limits.evidenceByteCountMax = table.megabytes(
            "evidence_megabytes_max", in: 16...1_048_576, default: limits.evidenceByteCountMax)
        limits.freeByteCountMin = table.megabytes(
            "free_megabytes_min", in: 8...1_048_576, default: limits.freeByteCountMin)
        table.finish()
    }
}
