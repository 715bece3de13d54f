package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Redirects to URLs with characters that services do not encode and that browsers and curl accept. */
@Timeout(30)
class LocationRepairTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static String redirect(String location) {
        return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n";
    }

    private static String followed(String location) throws Exception {
        try (WirePeer peer = new WirePeer((number, request) ->
                        request.startsWith("GET /dir/page?q=1 ") && !location.isEmpty() ? redirect(location) : OK);
                HttpConnection connection =
                        HttpConnection.named("Service").baseUrl(peer.url()).build()) {
            connection.send(Request.get("/dir/page?q=1"));
            return peer.requests().get(peer.requests().size() - 1).split(" ", 3)[1];
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "'/a b' /a%20b",
                "'/a?b=c d' /a?b=c%20d",
                "/a|b\"c{d}e^f`g<h> /a%7Cb%22c%7Bd%7De%5Ef%60g%3Ch%3E",
                "/a?b=|{\"x\"} /a?b=%7C%7B%22x%22%7D",
                "/caf\u00c3\u00a9?n=\u00c3\u0084 /caf%C3%A9?n=%C3%84",
                "/caf\u00e9 /caf%E9",
                "/a/../b /b",
                "/a/./b/.. /a/",
                "/a/%2e%2E/b/%2e /b/",
                "x/../y /dir/y",
                "/a%zz% /a%25zz%25",
                "/a%20%zz /a%20%25zz",
                "/a\\b /a/b",
                "\\b /b",
                "x?y=[1] /dir/x?y=[1]",
                "x[1] /dir/x%5B1%5D",
                "' y ' /dir/y",
                "?z /dir/page?z",
                "y#a#b|c /dir/y",
                "'y\tz' /dir/yz"
            })
    void isRepaired(String location, String target) throws Exception {
        assertThat(followed(location)).isEqualTo(target);
    }

    @Test
    void isAsLongAsALineOfAResponse() throws Exception {
        String path = "/" + "x".repeat(60_000);

        assertThat(followed(path)).isEqualTo(path);
    }

    @Test
    void longerOneIsRejectedWithTheLimit() {
        Request request = Request.get("https://example.com/");

        assertThat(request.withUrl("/" + "x".repeat(60_000)).uri().getPath()).hasSize(60_001);
        assertThatThrownBy(() -> request.withUrl("/" + "x".repeat(70_000)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("it is longer than 65536 characters");
        assertThatThrownBy(() -> Request.get("/" + "x".repeat(9000)))
                .hasMessageContaining("it is longer than 8192 characters");
    }

    @ParameterizedTest
    @CsvSource({"/\\evil.example.com/", "\\\\evil.example.com/", "//localhost\\@evil.example.com/"})
    void backslashWhereAHostMayStartOrEndIsRejected(String location) {
        assertThatThrownBy(() -> followed(location)).isInstanceOf(InvalidResponseException.class);
    }
}
