// Boards in front of a broker, for the judges beside this file:
//
//     City boards --count N --port P --dump FILE --seed N     a city's, without disks
//     City board --ledger DIR --port P --lamps FILE --seed N  one, with its disk
//     City keep --ledger DIR --count N                        what keeping costs
//
// Each speaks on standard output, one JSON object a line; what the first two are told on standard
// input stands in their files.

import Linux

Signals.ignoreBrokenPipes()
let arguments = CommandLine.arguments.dropFirst()
let options = Options(arguments.dropFirst())
switch arguments.first {
case "boards": try City(options).run()
case "board": try Board(options).run()
case "keep": try keep(options)
default:
    print("usage: City boards | board | keep, with --name value …")
}
