package io.httpconnector.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LenientUrlTest {

    /** RFC 3986, section 3.3: the characters of a path. */
    private static final String PATH =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/";

    @Test
    void permittedCharactersStay() {
        assertThat(LenientUrl.repaired("/" + PATH + "?" + PATH + "[]?#" + PATH + "?"))
                .isEqualTo("/" + PATH + "?" + PATH + "[]?#" + PATH + "?");
    }

    @Test
    void otherAsciiCharactersAreEncoded() {
        for (char c = 0x21; c < 0x7f; c++) {
            if (PATH.indexOf(c) < 0 && "?#\\".indexOf(c) < 0) {
                String encoded = String.format("%%%02X", (int) c);
                assertThat(LenientUrl.repaired("/a" + c + "b")).isEqualTo("/a" + encoded + "b");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0020, %20",
        "0080, %C2%80",
        "07FF, %DF%BF",
        "D7FF, %ED%9F%BF",
        "E000, %EE%80%80",
        "1F600, %F0%9F%98%80",
    })
    void charactersBeyondAsciiAreEncodedAsUtf8(String codePoint, String encoded) {
        String character = Character.toString(Integer.parseInt(codePoint, 16));

        assertThat(LenientUrl.repaired("/a" + character + "b")).isEqualTo("/a" + encoded + "b");
    }

    /** What no repair can make sense of is left for the check of the URL. */
    @ParameterizedTest
    @CsvSource({"0000", "001F", "007F", "D800", "DFFF"})
    void controlCharactersAndUnpairedSurrogatesStay(String codePoint) {
        String reference = "/a" + (char) Integer.parseInt(codePoint, 16) + "b";

        assertThat(LenientUrl.repaired(reference)).isEqualTo(reference);
    }

    @ParameterizedTest
    @CsvSource({
        "/a?b#c#d, /a?b#c%23d",
        "/a#b?c[d], /a#b?c[d]",
        "/a\\b?c\\d#e\\f, /a/b?c%5Cd#e%5Cf",
        "https://h:/a b, https://h/a%20b",
        "//h:?a b, //h?a%20b",
        "https://h:80/a b, https://h:80/a%20b",
        "https://:/a b, https://:/a%20b",
        "urn:/a b, urn:/a%20b",
        "/a%2fb%2, /a%2fb%252",
        "//h\\a b, //h\\a b",
        "\\\\h/a b, \\\\h/a b",
        "/\\h/a b, /\\h/a b",
        "https:\\\\h/a b, https:\\\\h/a b",
        "https://h\\@x/a b, https://h\\@x/a b",
        "a\\b c, a/b%20c",
    })
    void partsOfAReference(String reference, String repaired) {
        assertThat(LenientUrl.repaired(reference)).isEqualTo(repaired);
        assertThat(LenientUrl.repaired(" \t" + reference.charAt(0) + "\r\n\t" + reference.substring(1) + " "))
                .isEqualTo(repaired);
    }

    @Test
    void bytesOfAHeaderFieldAreEncoded() {
        assertThat(LenientUrl.ofHeader("/a b\u007f\u0080\u00e9\u00ff\u0100")).isEqualTo("/a b\u007f%80%E9%FF\u0100");
    }
}
