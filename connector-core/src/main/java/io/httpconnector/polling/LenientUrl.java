package io.httpconnector.polling;

import io.httpconnector.internal.text.PercentEncoding;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Repairs URLs with characters that RFC 3986 does not permit, such as {@code |}, as browsers do (WHATWG URL Standard): they
 * are percent-encoded, as is a percent sign that does not start an escape; a backslash in the path becomes a slash; white
 * space around the URL, and line breaks and tabs in it, are removed. Scheme and authority are not changed, so that the host
 * stays the same.
 */
final class LenientUrl {

    /** Scheme and authority; a relative reference has neither. */
    private static final Pattern START = Pattern.compile("(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:[/\\\\]{2}[^/\\\\?#]*)?");

    private static final String PERMITTED = "-._~!$&'()*+,;=:@/?";

    private LenientUrl() {}

    static String repaired(String link) {
        String text = link.strip().replaceAll("[\\t\\r\\n]", "");
        Matcher start = START.matcher(text);
        String head = start.lookingAt() ? start.group().replace('\\', '/') : "";
        StringBuilder url = new StringBuilder(head);
        boolean inPath = true;
        boolean inFragment = false;
        for (int i = head.length(); i < text.length(); ) {
            int c = text.codePointAt(i);
            inPath &= c != '?' && c != '#';
            boolean startsFragment = c == '#' && !inFragment;
            inFragment |= startsFragment;
            if (c == '\\' && inPath) {
                url.append('/');
            } else if (isPermitted(c) || startsFragment || PercentEncoding.isEscape(text, i)) {
                url.appendCodePoint(c);
            } else {
                PercentEncoding.encodeCharacter(c, url);
            }
            i += Character.charCount(c);
        }
        return url.toString();
    }

    private static boolean isPermitted(int c) {
        boolean isLetterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return isLetterOrDigit || (c < 128 && PERMITTED.indexOf(c) >= 0);
    }
}
