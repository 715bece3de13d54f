package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.tls.ServerTrust;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IPv6 addresses as hosts: RFC 9110, section 7.2, and RFC 3986, section 3.2.2. */
@Timeout(30)
class Ipv6HostTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

    private static HttpConnection connection(String url) {
        return HttpConnection.named("Service").baseUrl(url).build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::ffff:127.0.0.1",
                "::FFFF:127.0.0.1",
                "::ffff:7f00:1",
                "0:0:0:0:0:ffff:127.0.0.1",
                "0000:0000:0000:0000:0000:FFFF:7F00:0001",
                "0::ffff:7f00:1"
            })
    void addressHasBracketsInTheHostField(String address) throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> OK);
                HttpConnection connection = connection("http://[" + address + "]:" + service.port())) {
            for (String method : new String[] {"GET", "OPTIONS"}) {
                connection.send(Request.of(method, "/x"));
            }

            assertThat(service.requests())
                    .extracting(request -> request.replaceAll("(?s)^(\\S+ \\S+).*\r\nHost: ([^\r]*).*", "$1 $2"))
                    .containsExactly(
                            "GET /x [::ffff:7f00:1]:" + service.port(), "OPTIONS /x [::ffff:7f00:1]:" + service.port());
        }
    }

    @Test
    void redirectLeadsToAnAddress() throws Exception {
        try (WirePeer target = new WirePeer((n, request) -> OK);
                WirePeer service =
                        new WirePeer((n, request) -> "HTTP/1.1 302 Found\r\nLocation: http://[::ffff:127.0.0.1]:"
                                + target.port() + "/x\r\nContent-Length: 0\r\n\r\n");
                HttpConnection connection = connection(service.url())) {
            connection.send(Request.get("/"));

            assertThat(target.received()).contains("\r\nHost: [::ffff:7f00:1]:" + target.port() + "\r\n");
        }
    }

    @Test
    void spellingsOfAnAddressAreOneOrigin() throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> OK);
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://[::ffff:127.0.0.1]:" + service.port())
                        .auth(request -> request.header("X-Key", "secret-key"))
                        .build()) {
            connection.send(Request.get("http://[0:0:0:0:0:FFFF:7F00:1]:" + service.port() + "/"));

            assertThat(service.received()).contains("X-Key: secret-key");
        }
    }

    @Test
    void tunnelLeadsToAnAddress() throws Exception {
        TestAuthority authority = new TestAuthority("Root");
        try (WirePeer service =
                        new WirePeer(authority.serverContext(authority.server("::ffff:7f00:1")), (n, request) -> OK);
                WirePeer proxy = new WirePeer((n, request) -> "HTTP/1.1 200 OK\r\n\r\n" + WirePeer.TUNNEL);
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("https://[::ffff:127.0.0.1]:" + service.port())
                        .proxy(Proxy.http("localhost", proxy.port()))
                        .trust(ServerTrust.only(authority.pem()))
                        .withoutHostnameCheck()
                        .build()) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");

            String host = "[::ffff:7f00:1]:" + service.port();
            assertThat(proxy.received())
                    .startsWith("CONNECT " + host + " HTTP/1.1\r\n")
                    .contains("Host: " + host);
            assertThat(service.received()).contains("Host: " + host);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "0:0:1:0:0:0:1:0, 0:0:1::1:0",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "fe80::0001, fe80::1"
    })
    void canonicalText(String address, String expected) {
        assertThat(Request.get("http://[" + address + "]:81/").uri()).hasToString("http://[" + expected + "]:81/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::12345",
                "::g",
                ":1::2",
                "1::2:",
                "1.2.3.4",
                "::1.2.3",
                "::1.2.3.256",
                "::01.2.3.4",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4"
            })
    void invalidAddressIsRefused(String address) {
        assertThatThrownBy(() -> Request.get("http://[" + address + "]/"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is not an IPv6 address: write it as in [2001:db8::1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::1%25eth0", "fe80::1%eth0", "::1%250"})
    void zoneIdIsRefused(String address) {
        assertThatThrownBy(() -> connection("http://[" + address + "]/"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("has a zone ID, which means nothing to a server");
    }
}
