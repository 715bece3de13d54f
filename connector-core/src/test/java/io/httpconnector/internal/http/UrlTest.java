package io.httpconnector.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTest {

    private static final Url PAGE = Url.parse("https://api.example.com/dir/page?q=1");

    private static String text(Url url) {
        return (url.host() == null ? "" : url.host()) + url.path() + (url.query() == null ? "" : "?" + url.query());
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com:443/, https, example.com, -1",
        "http://example.com:80/, http, example.com, -1",
        "https://example.com:80/, https, example.com, 80",
        "http://example.com:443/, http, example.com, 443",
        "HTTPS://EXAMPLE.com, https, example.com, -1",
        "http://a_b-c.1:1, http, a_b-c.1, 1",
        "http://h:65535, http, h, 65535",
        "http://h:9080, http, h, 9080",
        "http://[2001:DB8::1]:8080/, http, 2001:db8::1, 8080",
        "http://[::1], http, ::1, -1",
    })
    void originOfAnAbsoluteUrl(String text, String scheme, String host, int port) {
        assertThat(Url.parse(text).origin()).isEqualTo(new Origin(scheme, host, port));
    }

    @ParameterizedTest
    @CsvSource({
        "https://h, '',",
        "https://h?a=b, '', a=b",
        "https://h/a/b?c?d/e, /a/b, c?d/e",
        "/a, /a,",
        "a, a,",
        "?a=b, '', a=b",
        "?a?b, '', a?b",
        "?a=/../b, '', a=/../b",
        "?filter[name]=x, '', filter[name]=x",
        "/a?filter[name]=x, /a, filter[name]=x",
        "/a?, /a, ''",
        "/a:b@c, /a:b@c,",
        ":a, :a,",
        "/-._~!$&'()*+;=:@%41, '/-._~!$&''()*+;=:@%41',",
        "/a%41, /a%41,",
        "/.a/..b/...?..=/.., /.a/..b/..., ..=/..",
        "/%2e%2e%2e/%2ea, /%2e%2e%2e/%2ea,",
    })
    void pathAndQueryAreKept(String text, String path, @Nullable String query) {
        Url url = Url.parse(text.replace("''", "'"));

        assertThat(url.path()).isEqualTo(path.replace("''", "'"));
        assertThat(url.query()).isEqualTo(query);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /a/..              | character 4: a ".." segment
            /a/..?x            | character 4: a ".." segment
            /a/../b            | character 4: a ".." segment
            /./a               | character 2: a "." segment
            .                  | character 1: a "." segment
            ..?a               | character 1: a ".." segment
            /a/%2e             | character 4: a "." segment
            /a/%2E%2e/         | character 4: a ".." segment
            /a/.%2E            | character 4: a ".." segment
            /%4                | character 2: a "%" without two hex digits
            /%                 | character 2: a "%" without two hex digits
            /%4g               | character 2: a "%" without two hex digits
            /%g4               | character 2: a "%" without two hex digits
            /a[b]              | character 3: "[" is not allowed in a URL: write it percent-encoded (%5B)
            /a b               | character 3: " " is not allowed in a URL: write it percent-encoded (%20)
            /a#b               | character 3: a fragment is never sent
            //h/a              | it starts with "//"
            https://@h/        | it has user info before the "@"
            https://u:p@h/     | it has user info before the "@"
            ftp://h/           | the scheme is "ftp": only http and https are known
            https:h            | "https:" is not followed by "//" and a host
            https:/h           | "https:" is not followed by "//" and a host
            https:///a         | the host is missing
            https://           | the host is missing
            https://:80        | the host is missing
            https://h:0        | "0" is not a port: use 1 to 65535
            https://h:65536    | "65536" is not a port: use 1 to 65535
            https://h:         | "" is not a port
            https://h:8x       | "8x" is not a port
            https://h:000080   | "000080" is not a port
            https://[zz]/      | "[zz]" is not an IPv6 address
            https://[::1/      | is not an IPv6 address
            https://[::1]a/    | "[::1]a" is not an IPv6 address
            https://[%25eth0]/ | "[%25eth0]" has a zone ID
            https://[fe80::1%25eth0]/ | "[fe80::1%25eth0]" has a zone ID
            https://h\\u0131/  | is not a host name: write non-ASCII names in Punycode
            """)
    void invalidUrlIsRejectedWithTheReason(String text, String problem) {
        assertThatThrownBy(() -> Url.parse(text.replace("\\u0131", "\u0131")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0000 | a control character (U+0000): remove it
            001F | a control character (U+001F): remove it
            007F | a control character (U+007F): remove it
            D800 | an unpaired surrogate (U+D800): remove it
            DFFF | an unpaired surrogate (U+DFFF): remove it
            0020 | write it percent-encoded (%20)
            0080 | write it percent-encoded (%C2%80)
            D7FF | write it percent-encoded (%ED%9F%BF)
            E000 | write it percent-encoded (%EE%80%80)
            1F600 | write it percent-encoded (%F0%9F%98%80)
            """)
    void characterThatIsNotPermittedIsNamed(String codePoint, String problem) {
        int character = Integer.parseInt(codePoint, 16);

        for (String start : new String[] {"/a", "/a?b=", "https://h/"}) {
            assertThatThrownBy(() -> Url.parse(start + Character.toString(character) + "z"))
                    .hasMessageContaining("character " + (start.length() + 1) + ": ")
                    .hasMessageContaining(problem);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a?key=canary b", "?key=canary b", "https://h/?key=canary#b"})
    void queryIsNotInMessages(String text) {
        assertThatThrownBy(() -> Url.parse(text)).message().contains("?…").doesNotContain("canary");
    }

    @Test
    void lengthIsLimited() {
        assertThatCode(() -> Url.parse("/" + "x".repeat(8191))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Url.parse("/" + "x".repeat(8192)))
                .hasMessageContaining("it is longer than 8192 characters")
                .message()
                .hasSizeLessThan(250);
        assertThatCode(() -> Url.parseReference("/" + "x".repeat(65535))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Url.parseReference("/" + "x".repeat(65536)))
                .hasMessageContaining("it is longer than 65536 characters");
    }

    @Test
    void relativeUrlHasNoOrigin() {
        assertThatThrownBy(() -> Url.parseAbsolute("/a")).hasMessageContaining("it is relative");
        assertThatThrownBy(() -> Url.parse("/a").origin()).isInstanceOf(IllegalStateException.class);
        assertThat(Url.parseAbsolute("https://h/a").path()).isEqualTo("/a");
    }

    /** RFC 3986, section 5.2, for a page at https://api.example.com/dir/page?q=1. */
    @ParameterizedTest
    @CsvSource({
        "'', https://api.example.com/dir/page?q=1",
        "#part, https://api.example.com/dir/page?q=1",
        "?r=2, https://api.example.com/dir/page?r=2",
        "other, https://api.example.com/dir/other",
        "./other/, https://api.example.com/dir/other/",
        "../other, https://api.example.com/other",
        "../../../other, https://api.example.com/other",
        "a/./../b?c=/../d, https://api.example.com/dir/b?c=/../d",
        "/x/../y, https://api.example.com/y",
        "/.., https://api.example.com/",
        "/a/., https://api.example.com/a/",
        "/a//../b, https://api.example.com/a/b",
        "//other.example.com, https://other.example.com/",
        "//other.example.com/../b, https://other.example.com/b",
        "//other.example.com/a/../b?c, https://other.example.com/b?c",
        "http://other.example.com, http://other.example.com/",
        "http://other.example.com?a=/../b, http://other.example.com/?a=/../b",
        "https://other.example.com/../b/./c, https://other.example.com/b/c",
        "https://other.example.com:8443/a/../..//b, https://other.example.com:8443//b",
        "https://other.example.com:/a, https://other.example.com/a",
    })
    void referenceOfAServiceIsResolved(String reference, String resolved) {
        assertThat(text(PAGE.redirectedTo(reference))).isEqualTo(resolved);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://h/", "mailto:a@b", "https:h", "https:/../h", "//user@h/", "//", "//h:x/"})
    void referenceThatIsNoUrlIsRejected(String reference) {
        assertThatThrownBy(() -> PAGE.redirectedTo(reference)).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void referenceFromTheRootWithoutAPath() {
        Url root = Url.parse("https://h?q=1");

        assertThat(text(root.redirectedTo("a"))).isEqualTo("https://h/a");
        assertThat(text(root.redirectedTo("?b"))).isEqualTo("https://h/?b");
    }

    @ParameterizedTest
    @CsvSource({"'', true", "#a, true", "' ', true", "?, false", "a#, false"})
    void sameDocumentReference(String location, boolean isSame) {
        assertThat(Url.isSameDocument(location)).isEqualTo(isSame);
    }

    @ParameterizedTest
    @CsvSource({
        "https://h, /a, https://h/a",
        "https://h, a, https://h/a",
        "https://h, '', https://h/",
        "https://h, ?a, https://h/?a",
        "https://h/, a, https://h/a",
        "https://h/, /a, https://h/a",
        "https://h/v1, '', https://h/v1",
        "https://h/v1, a, https://h/v1/a",
        "https://h/v1, /a, https://h/v1/a",
        "https://h/v1/, a, https://h/v1/a",
        "https://h/v1/, /a?b, https://h/v1/a?b",
        "https://h/v1, https://other, https://other/",
        "https://h/v1, https://other?a, https://other/?a",
        "https://h/v1, https://other/b, https://other/b",
    })
    void urlBelowABase(String base, String url, String expected) {
        assertThat(text(Url.parse(url).below(Url.parse(base)))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "/a?Key=1&b=2, key, true",
        "/a?b=2&k%65y, KEY, true",
        "/a?b=2&keys=1, key, false",
        "/a?b=key, key, false",
        "/a, key, false",
        "/key, key, false",
    })
    void parametersAreFoundByTheirDecodedNames(String url, String name, boolean isThere) {
        assertThat(Url.parse(url).hasParameter(name)).isEqualTo(isThere);
    }

    @ParameterizedTest
    @CsvSource({
        "/a?key=1&b=2&k%65y=3, /a?b=2",
        "/a?key=1, /a",
        "/a?Key=1, /a?Key=1",
        "/a?b=2, /a?b=2",
        "/a, /a",
        "https://h/a?key, https://h/a",
    })
    void parametersAreRemoved(String url, String others) {
        assertThat(text(Url.parse(url).withoutParameter("key"))).isEqualTo(others);
    }

    @ParameterizedTest
    @CsvSource({
        "https://h/a?b=1, https://h/a?key=2&b=1, true",
        "https://h/a, https://h/a?key=2, true",
        "https://h/a, https://h/a, true",
        "https://h/a?b=1, https://h/a?b=1, true",
        "https://h/a?b=1, https://h/a, false",
        "https://h/a?b=1, https://h/a?b=2&c=1, false",
        "https://h/a, https://h/b, false",
        "https://h/a, https://other/a, false",
        "/a, https://h/a, false",
    })
    void urlIsReducedIfOnlyParametersWereRemoved(String url, String other, boolean isReduced) {
        assertThat(Url.parse(url).isReducedFrom(Url.parse(other))).isEqualTo(isReduced);
    }

    @ParameterizedTest
    @CsvSource({
        "https://h/a, https://H:443/b?c, true",
        "https://h/a, http://h/a, false",
        "https://h/a, https://h:8443/a, false",
        "https://h/a, https://g/a, false",
    })
    void originsAreCompared(String url, String other, boolean isSame) {
        assertThat(Url.parse(url).sameOrigin(Url.parse(other))).isEqualTo(isSame);
        assertThat(Url.parse(other).isSecure()).isEqualTo(other.startsWith("https:"));
    }
}
