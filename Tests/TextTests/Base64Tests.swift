import Testing
import Text

@Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")
])
func base64GivesTheVectorsOfRFC4648(plain: String, encoded: String) {
    #expect(Base64.text(Array(plain.utf8)) == encoded)
    #expect(Base64.bytes(encoded) == Array(plain.utf8))
}

@Test(arguments: ["A", "AB=", "AB==", "====", "A===", "AA==AA==", "AAA*", "=AAA", "AA=A"])
func base64ReadsOnlyWhatItWrites(text: String) {
    #expect(Base64.bytes(text) == nil)
}
