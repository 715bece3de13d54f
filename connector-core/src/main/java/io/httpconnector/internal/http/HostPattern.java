package io.httpconnector.internal.http;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A pattern that matches hosts by name ({@code api.example.com}, {@code *.example.com}) or by address ({@code 10.0.0.0/8}). */
public final class HostPattern {

    private static final int V4_BYTES = 4;
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|[01]?\\d{1,2})";
    /** The Java platform looks up other texts of four numbers, such as 10.0.0.256, as names. */
    private static final Pattern V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    /** A name whose last label is a number is an address (WHATWG URL Standard), or a mistake. */
    private static final Pattern NAME = Pattern.compile("([a-z0-9_-]++\\.)*+(?![0-9]++$)[a-z0-9_-]++");

    private static final HostPattern NAT64 = of("network", "64:ff9b::/96");
    /** RFC 8215: the position of the IPv4 address depends on the prefix; it is usually at the end. */
    private static final HostPattern LOCAL_NAT64 = of("network", "64:ff9b:1::/48");

    private static final HostPattern SIX_TO_FOUR = of("network", "2002::/16");
    private static final HostPattern TEREDO = of("network", "2001::/32");

    private final String text;
    private final @Nullable InetAddress network;
    private final int prefix;

    private HostPattern(String text, @Nullable InetAddress network, int prefix) {
        this.text = text;
        this.network = network;
        this.prefix = prefix;
    }

    public static HostPattern of(String what, String pattern) {
        String text = Ascii.lowerCase(notNull(pattern, what).strip());
        String host = text.startsWith("*.") ? text.substring(2) : text;
        int slash = host.indexOf('/');
        try {
            if (slash >= 0) {
                InetAddress network = literal(host.substring(0, slash));
                int prefix = Integer.parseInt(host.substring(slash + 1));
                if (network != null && prefix >= 0 && prefix <= network.getAddress().length * 8) {
                    return new HostPattern(text, network, prefix);
                }
            } else {
                InetAddress address = literal(host);
                if (address != null) {
                    return new HostPattern(text, address, address.getAddress().length * 8);
                }
                if (NAME.matcher(host).matches()) {
                    return new HostPattern(text, null, 0);
                }
            }
        } catch (NumberFormatException e) {
            // Rejected below.
        }
        throw new InvalidDefinitionException(
                what,
                "\"" + LogSafe.visible(pattern)
                        + "\" is not a host: use a name, *. and a name, an address, or a network such as 10.0.0.0/8");
    }

    /** Returns the address if the host is an IP address literal, or null if it is a name. Never queries the DNS. */
    public static @Nullable InetAddress literal(String host) {
        String text = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        boolean isAddress = V4.matcher(text).matches() || Ipv6Address.canonical(text) != null;
        try {
            return isAddress ? InetAddress.getByName(text) : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    public boolean matchesName(String host) {
        String name = Ascii.lowerCase(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
        return network == null && (text.startsWith("*.") ? name.endsWith(text.substring(1)) : name.equals(text));
    }

    public boolean matchesAddress(InetAddress address) {
        if (network == null) {
            return false;
        }
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        return mine.length == other.length && head(mine).equals(head(other));
    }

    private BigInteger head(byte[] address) {
        return new BigInteger(1, address).shiftRight(address.length * 8 - prefix);
    }

    /** Returns the IPv4 address that is embedded in an IPv6 address (RFC 4291, RFC 6052), or the address itself. */
    public static InetAddress unwrapped(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        boolean mapped = isZero(bytes, 0, 10) && (bytes[10] & bytes[11] & 0xff) == 0xff;
        boolean compatible = isZero(bytes, 0, 12) && !isZero(bytes, 12, 15);
        boolean stands = mapped || compatible || NAT64.matchesAddress(address);
        try {
            return stands ? InetAddress.getByAddress(Arrays.copyOfRange(bytes, 16 - V4_BYTES, 16)) : address;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /**
     * Returns the IPv4 addresses to which packets for an IPv6 address may be forwarded: {@link #unwrapped}, 6to4 (RFC 3056),
     * Teredo (RFC 4380) and ISATAP (RFC 5214).
     */
    public static List<InetAddress> embedded(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return List.of();
        }
        InetAddress unwrapped = unwrapped(address);
        if (!(unwrapped instanceof Inet6Address)) {
            return List.of(unwrapped);
        }
        byte[] bytes = address.getAddress();
        List<InetAddress> all = new ArrayList<>();
        if (SIX_TO_FOUR.matchesAddress(address)) {
            all.add(v4(bytes, 2, 0));
        }
        if (TEREDO.matchesAddress(address)) {
            all.add(v4(bytes, 4, 0));
            // The address of the client is inverted.
            all.add(v4(bytes, 12, 0xff));
        }
        boolean isIsatap = (bytes[8] & 0xfc) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && (bytes[11] & 0xff) == 0xfe;
        if (isIsatap || LOCAL_NAT64.matchesAddress(address)) {
            all.add(v4(bytes, 12, 0));
        }
        return all;
    }

    private static InetAddress v4(byte[] bytes, int start, int mask) {
        byte[] address = Arrays.copyOfRange(bytes, start, start + V4_BYTES);
        for (int i = 0; i < V4_BYTES; i++) {
            address[i] ^= (byte) mask;
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return text;
    }
}
