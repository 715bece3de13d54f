package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.internal.text.CookieDate;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cookies are stored and sent as RFC 6265 defines, with the bytes that the service has chosen. */
@Timeout(30)
class CookieRulesTest {

    private final FakeTime time = new FakeTime();

    private static String response(String... setCookie) {
        return "HTTP/1.1 200 OK\r\n"
                + Stream.of(setCookie)
                        .map(value -> "Set-Cookie: " + value + "\r\n")
                        .reduce("", String::concat)
                + "Content-Length: 0\r\n\r\n";
    }

    private HttpConnectionBuilder connection(WirePeer peer) {
        return HttpConnection.named("Service")
                .baseUrl(peer.url())
                .timeSource(time)
                .dedicatedPool()
                .cookies();
    }

    private static List<String> cookieFields(String request) {
        return request.lines().filter(line -> line.startsWith("Cookie:")).toList();
    }

    /** Returns the {@code Cookie} fields of a second request, after a response to the first one has set these cookies. */
    private List<String> sentBack(Duration later, String... setCookie) throws IOException {
        try (WirePeer peer = new WirePeer((number, request) -> response(setCookie));
                HttpConnection connection = connection(peer).build()) {
            connection.send(Request.get("/app/login"));
            time.pass(later);
            connection.send(Request.get("/app/data?x=1"));
            return cookieFields(peer.requests().get(1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sid=1; Expires=0",
                "sid=1; Expires=never",
                "sid=1; Expires=Thu, 01 Jan 2032 00:00:00 -0000",
                "sid=1; Expires=Thursday, 01-Jan-32 00:00:00 GMT",
                "sid=1; expires=Jan 1 2032 00:00:00",
                "sid=1; Expires=1 JANUARY 2032 0:0:0 UTC+5",
                "sid=1; Max-Age=9999999999",
                "sid=1; Max-Age=99999999999999999999999999",
                "sid=1; Max-Age=soon",
                "sid=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "sid=1; Max-Age=",
                "sid=1; Max-Age=+5; Path=/",
                "  sid =  1  ; Path",
                "sid=1; Path=app",
                "sid=1; Path=/app",
                "sid=1; Path=/app/",
                "sid=1; Path=/; Domain=localhost",
                "sid=1; Domain=.localhost; HttpOnly; SameSite=Strict; Partitioned; x=y",
                "sid=1; Domain="
            })
    void cookieIsKept(String setCookie) throws IOException {
        assertThat(sentBack(Duration.ofSeconds(30), setCookie)).containsExactly("Cookie: sid=1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "sid=1; Expires=Wed, 25 Nov 2026 10:00:29 GMT",
                "sid=1; Max-Age=0",
                "sid=1; Max-Age=-1",
                "sid=1; Max-Age=29",
                "sid=1; Max-Age=29; Expires=Thu, 01 Jan 2032 00:00:00 GMT",
                "sid=1; Path=/other",
                "sid=1; Path=/ap",
                "sid=1; Domain=example.com",
                "sid=1; Domain=host",
                "sid=1; Secure",
                "=1",
                "sid"
            })
    void cookieIsNotSent(String setCookie) throws IOException {
        assertThat(sentBack(Duration.ofSeconds(30), setCookie)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"b\":2}",
                "\"quoted\"",
                "a=b=c",
                "a b, c",
                "\"{\"",
                "",
                "$Version=1",
                "caf\u00c3\u00a9 \u00c3\u0084 \u00e9 \u0080\u009f",
                "back\\slash"
            })
    void valueComesBackByteForByte(String value) throws IOException {
        assertThat(sentBack(Duration.ZERO, "sid=" + value)).containsExactly("Cookie: sid=" + value);
    }

    @Test
    void cookiesOfTheRequestAndOfTheStrategyAreSentToo() throws IOException {
        try (WirePeer peer = new WirePeer((number, request) -> response("sid=1", "lang=en"));
                HttpConnection connection = connection(peer)
                        .auth(request -> request.header("Cookie", "key=k3y; lang=de"))
                        .build();
                HttpConnection plain = connection(peer).build()) {
            connection.send(Request.get("/"));
            connection.send(Request.get("/"));
            plain.send(Request.get("/"));
            plain.send(Request.get("/").header("Cookie", "a=1").addHeader("Cookie", "b=2"));

            assertThat(peer.requests().stream().map(CookieRulesTest::cookieFields))
                    .containsExactly(
                            List.of("Cookie: key=k3y; lang=de"),
                            List.of("Cookie: sid=1; key=k3y; lang=de"),
                            List.of(),
                            List.of("Cookie: sid=1; lang=en; a=1; b=2"));
        }
    }

    @Test
    void longerPathsComeFirstAndAChangedCookieKeepsItsPosition() throws IOException {
        assertThat(sentBack(Duration.ZERO, "a=1", "b=2; Path=/app", "c=3; Path=/", "a=4", "b=5; Path=/app"))
                .containsExactly("Cookie: a=4; b=5; c=3");
    }

    @Test
    void cookieIsRemovedByTheService() throws IOException {
        assertThat(sentBack(Duration.ZERO, "a=1", "b=2", "a=; Max-Age=0")).containsExactly("Cookie: b=2");
    }

    @Test
    void cookieStaysWithThePortThatHasSetIt() throws IOException {
        try (WirePeer other = new WirePeer((number, request) -> response());
                WirePeer peer = new WirePeer((number, request) -> response("sid=1; Domain=localhost"));
                HttpConnection connection = connection(peer).build()) {
            connection.send(Request.get("/"));
            connection.send(Request.get(other.url() + "/"));

            assertThat(cookieFields(other.received())).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Wed, 09 Jun 2021 10:18:14 GMT | 2021-06-09T10:18:14Z",
                "Wed Jun  9 10:18:14 2021      | 2021-06-09T10:18:14Z",
                "10:18:14x 9th june 21         | 2021-06-09T10:18:14Z",
                "09-Jun-70 00:00:00            | 1970-06-09T00:00:00Z",
                "09-Jun-69 00:00:00            | 2069-06-09T00:00:00Z",
                "1:2:3 4 5 Jun 2021            | 2021-06-04T01:02:03Z",
                "31 Feb 2021 00:00:00          | ''",
                "1 Jan 1600 00:00:00           | ''",
                "1 Jan 2021 24:00:00           | ''",
                "1 Jan 2021 000:00:00          | ''",
                "1 Jan 2021                    | ''",
                "Jan 2021 00:00:00             | ''",
                "12345 Jan 1 00:00:00          | ''"
            })
    void readsDatesInAnyOrder(String text, String instant) {
        assertThat(CookieDate.parse(text)).isEqualTo(instant.isEmpty() ? null : Instant.parse(instant));
    }
}
