package io.httpconnector.internal.http;

import io.httpconnector.internal.text.PercentEncoding;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Repairs the references of a service, such as {@code Location} and the URL of the next page, as browsers do (WHATWG URL
 * Standard): characters that RFC 3986 does not permit are percent-encoded, as is a percent sign that does not start an escape;
 * a backslash in the path becomes a slash; white space around the reference, and line breaks and tabs in it, are removed.
 * Scheme and host are not changed; an empty port, which RFC 3986 permits, is removed. A reference with a backslash where an authority may
 * start or end is not repaired, because parsers disagree on its host.
 */
public final class LenientUrl {

    /** Scheme and authority; a relative reference has neither. */
    private static final Pattern START = Pattern.compile("(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:[/\\\\]{2}[^/\\\\?#]*+)?");

    /** Scheme and authority whose port is empty. */
    private static final Pattern EMPTY_PORT = Pattern.compile("(//.*[^/:]):$");

    private static final String PERMITTED = "-._~!$&'()*+,;=:@/?";

    private LenientUrl() {}

    /** Percent-encodes the bytes beyond ASCII of a header field, each of which is a character of the value. */
    public static String ofHeader(String value) {
        StringBuilder url = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            url.append(c < 0x80 || c > 0xff ? String.valueOf(c) : PercentEncoding.encode(new byte[] {(byte) c}));
        }
        return url.toString();
    }

    static String repaired(String reference) {
        String text = reference.strip().replaceAll("[\\t\\r\\n]", "");
        Matcher start = START.matcher(text);
        String head = start.lookingAt() ? start.group() : "";
        boolean hasBackslash =
                head.indexOf('\\') >= 0 || (head.indexOf('/') >= 0 && text.startsWith("\\", head.length()));
        return hasBackslash ? text : repaired(text, head);
    }

    private static String repaired(String text, String head) {
        StringBuilder url = new StringBuilder(EMPTY_PORT.matcher(head).replaceFirst("$1"));
        boolean inPath = true;
        boolean inFragment = false;
        for (int i = head.length(); i < text.length(); ) {
            int c = text.codePointAt(i);
            boolean startsFragment = c == '#' && !inFragment;
            inFragment |= startsFragment;
            inPath &= c != '?' && !inFragment;
            if (c == '\\' && inPath) {
                url.append('/');
            } else if (isPermitted(c, inPath) || startsFragment || PercentEncoding.isEscape(text, i)) {
                url.appendCodePoint(c);
            } else {
                PercentEncoding.encodeCharacter(c, url);
            }
            i += Character.charCount(c);
        }
        return url.toString();
    }

    private static boolean isPermitted(int c, boolean inPath) {
        boolean isLetterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return isLetterOrDigit
                || (c < 128 && PERMITTED.indexOf(c) >= 0)
                // As in every other URL of this library: many services require filter[name]=x.
                || (!inPath && (c == '[' || c == ']'))
                || isControl(c);
    }

    /** Returns whether no repair makes sense, so that the character is left for the check to report. */
    private static boolean isControl(int c) {
        return c < 0x20 || c == 0x7f || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
