package io.httpconnector.internal.http;

import io.httpconnector.internal.text.Ascii;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parser and formatter for IPv6 addresses. All spellings of an address are converted to one canonical text (RFC 5952), so
 * that they form the same origin, and so that every peer finds the end of the host in {@code Host} and in the target of
 * CONNECT. An embedded IPv4 address is written in hexadecimal digits, because some parsers do not support the mixed notation.
 */
final class Ipv6Address {

    private static final int GROUPS = 8;

    private Ipv6Address() {}

    /** Returns the canonical text of an address without brackets and zone ID; null if it is not an address (RFC 4291, section 2.2). */
    static @Nullable String canonical(String text) {
        int gap = text.indexOf("::");
        List<Integer> groups = new ArrayList<>(GROUPS);
        if (gap < 0) {
            return addGroups(text, true, groups) && groups.size() == GROUPS ? format(groups) : null;
        }
        List<Integer> tail = new ArrayList<>(GROUPS);
        String end = text.substring(gap + 2);
        boolean isValid = (gap == 0 || addGroups(text.substring(0, gap), false, groups))
                && (end.isEmpty() || addGroups(end, true, tail))
                && groups.size() + tail.size() < GROUPS;
        if (!isValid) {
            return null;
        }
        while (groups.size() + tail.size() < GROUPS) {
            groups.add(0);
        }
        groups.addAll(tail);
        return format(groups);
    }

    /** Adds the groups of a text; returns false if one is invalid. Only the end of an address can be an IPv4 address. */
    private static boolean addGroups(String text, boolean isEnd, List<Integer> groups) {
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            boolean isLast = isEnd && i == parts.length - 1;
            if (isLast && parts[i].indexOf('.') >= 0) {
                return addIpv4(parts[i], groups);
            }
            boolean isGroup = !parts[i].isEmpty()
                    && parts[i].length() <= 4
                    && parts[i].chars().allMatch(c -> Ascii.isHexDigit((char) c));
            if (!isGroup) {
                return false;
            }
            groups.add(Integer.parseInt(parts[i], 16));
        }
        return true;
    }

    private static boolean addIpv4(String text, List<Integer> groups) {
        String[] octets = text.split("\\.", -1);
        int address = 0;
        for (String octet : octets) {
            // Some parsers read a number with a leading zero as octal.
            if (!octet.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(octet) > 255) {
                return false;
            }
            address = address << 8 | Integer.parseInt(octet);
        }
        groups.add(address >>> 16);
        groups.add(address & 0xffff);
        return octets.length == 4;
    }

    /** Formats an address (RFC 5952, section 4): omits the first of the longest runs of zeros, if it has at least two groups. */
    private static String format(List<Integer> groups) {
        int start = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups.get(end) == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups.get(i)));
            }
        }
        return text.toString();
    }
}
