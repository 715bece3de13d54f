package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A CIDR range of IP addresses, RFC 4632 and RFC 4291. */
final class AddressRange {

    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

    private final byte[] network;
    private final int bits;

    private AddressRange(byte[] network, int bits) {
        this.network = network;
        this.bits = bits;
    }

    static AddressRange of(String text) {
        String[] parts = text == null ? new String[] {""} : text.split("/", 2);
        InetAddress address = literal(parts[0]);
        if (address != null) {
            byte[] bytes = address.getAddress();
            int bits = parts.length == 1
                    ? bytes.length * 8
                    : parts[1].matches("[0-9]{1,3}") ? Integer.parseInt(parts[1]) : -1;
            if (bits >= 0 && bits <= bytes.length * 8) {
                return new AddressRange(bytes, bits);
            }
        }
        throw new InvalidDefinitionException(
                "address range",
                List.of("\"" + text
                        + "\" is not an address range: use one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32"));
    }

    /** Parses an IP address literal without a DNS lookup; null if the text is not a literal. */
    static @Nullable InetAddress literal(String text) {
        try {
            return LITERAL.matcher(text).matches() ? InetAddress.getByName(text) : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    boolean contains(InetAddress address) {
        byte[] other = address.getAddress();
        if (other.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += 8) {
            int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit));
            if (((other[bit / 8] ^ network[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
