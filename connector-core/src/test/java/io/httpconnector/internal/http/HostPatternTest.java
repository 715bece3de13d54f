package io.httpconnector.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternTest {

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private static boolean matches(String pattern, String address) throws UnknownHostException {
        return HostPattern.of("host", pattern).matchesAddress(address(address));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.2, false",
        "10.1.2.3/32, 10.1.2.3, true",
        "10.1.2.3/31, 10.1.2.2, true",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "fd00::/8, fdff::1, true",
        "[fd00::]/8, fdff::1, true",
        "[::1], ::1, true",
        "2001:DB8::1/128, 2001:db8::1, true",
        "2001:db8::1/128, 2001:db8::2, false",
        "::/0, 2001:db8::2, true",
        "example.com, 10.1.2.3, false",
    })
    void addressMatchesNetwork(String pattern, String address, boolean matches) throws Exception {
        assertThat(matches(pattern, address)).isEqualTo(matches);
        assertThat(HostPattern.of("host", " " + pattern + " ")).hasToString(pattern.toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com, true",
        "API.example.com, api.EXAMPLE.com., true",
        "api.example.com, xapi.example.com, false",
        "*.example.com, api.example.com, true",
        "*.example.com, a.b.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, badexample.com, false",
        "localhost, localhost, true",
        "a_b-c.1x, a_b-c.1x, true",
        "10.1.2.3, 10.1.2.3, false",
    })
    void nameMatchesNameOrItsDomain(String pattern, String host, boolean matches) {
        assertThat(HostPattern.of("host", pattern).matchesName(host)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "a..b",
                ".a",
                "a b",
                "/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.0/x",
                "fd00::/129",
                "fd00::x",
                "[fd00::",
                "fd00::]",
                "example.com/8",
                "https://example.com",
                // A name cannot end with a number, so these are mistyped addresses, which would never match.
                "10.0.0.256",
                "10.0.0",
                "10.0.0.0.1",
                "10.0.0.256/8",
                "*.1",
                "2130706433",
            })
    void patternThatCouldNotMatchIsRejected(String pattern) {
        assertThatThrownBy(() -> HostPattern.of("host", pattern))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("\"" + pattern + "\" is not a host: use a name, *. and a name, an address, or a"
                        + " network such as 10.0.0.0/8");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "255.255.255.255, 255.255.255.255",
        "010.001.0.1, 10.1.0.1",
        "::1, ::1",
        "[::1], ::1",
        "::ffff:1.2.3.4, 1.2.3.4",
        "1.2.3.256,",
        "256.2.3.4,",
        "999.1.1.1,",
        "1.2.3,",
        "1.2.3.4.5,",
        "1.2.3.4., ",
        ":::,",
        ".:.,",
        "1:2,",
        "::1.2.3.256,",
        "[::1,",
        "::1],",
        "localhost,",
        "'',",
    })
    void literalIsAnAddressAndNeverAName(String text, String address) throws Exception {
        assertThat(HostPattern.literal(text)).isEqualTo(address == null ? null : address(address));
    }

    @ParameterizedTest
    @CsvSource({
        // IPv4-compatible and NAT64 addresses lead to the IPv4 address.
        "::10.0.0.1, 10.0.0.1, 10.0.0.1",
        "::0.0.1.0, 0.0.1.0, 0.0.1.0",
        "64:ff9b::10.0.0.1, 10.0.0.1, 10.0.0.1",
        // These are no IPv4 addresses.
        "::1, ::1,",
        "::, ::,",
        "1::10.0.0.1, 1::10.0.0.1,",
        "0:0:0:0:0:1:10.0.0.1, 0:0:0:0:0:1:10.0.0.1,",
        // Packets may be forwarded to an IPv4 address, although it is another one.
        "2002:a00:1::, 2002:a00:1::, 10.0.0.1",
        "64:ff9b:1::10.0.0.1, 64:ff9b:1::10.0.0.1, 10.0.0.1",
        "2001:0:a00:1::f5ff:fffd, 2001:0:a00:1::f5ff:fffd, 10.0.0.1 10.0.0.2",
        "2606::5efe:10.0.0.1, 2606::5efe:10.0.0.1, 10.0.0.1",
        "2606::200:5efe:10.0.0.1, 2606::200:5efe:10.0.0.1, 10.0.0.1",
        "2606::400:5efe:10.0.0.1, 2606::400:5efe:10.0.0.1,",
        "2606::1:5efe:10.0.0.1, 2606::1:5efe:10.0.0.1,",
        "2606::5eff:10.0.0.1, 2606::5eff:10.0.0.1,",
        "2606::5ffe:10.0.0.1, 2606::5ffe:10.0.0.1,",
        "10.0.0.1, 10.0.0.1,",
    })
    void addressesToWhichPacketsMayBeForwarded(String address, String unwrapped, String embedded) throws Exception {
        assertThat(HostPattern.unwrapped(address(address))).isEqualTo(address(unwrapped));
        assertThat(HostPattern.embedded(address(address)).stream().map(InetAddress::getHostAddress))
                .isEqualTo(embedded == null ? List.of() : List.of(embedded.split(" ", -1)));
    }

    /** A resolver of the application may return such an address, which {@code InetAddress} itself never does. */
    @Test
    void mappedAddressIsAnIpv4Address() throws Exception {
        byte[] bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
        assertThat(HostPattern.unwrapped(Inet6Address.getByAddress(null, bytes, -1)))
                .isEqualTo(address("10.0.0.1"));

        bytes[11] = -2;
        assertThat(HostPattern.unwrapped(Inet6Address.getByAddress(null, bytes, -1)))
                .isInstanceOf(Inet6Address.class);
        bytes[11] = -1;
        bytes[9] = 1;
        assertThat(HostPattern.unwrapped(Inet6Address.getByAddress(null, bytes, -1)))
                .isInstanceOf(Inet6Address.class);
    }
}
