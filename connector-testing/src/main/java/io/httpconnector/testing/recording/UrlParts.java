package io.httpconnector.testing.recording;

import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.PercentEncoding;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The parts of a URL in the normal form of RFC 3986, section 6.2: scheme and host in lower case, no default port, a path, and
 * percent-encoding in upper case and only where it is needed.
 *
 * @param origin the scheme and the host, with a port that is not the default one
 * @param path the path
 * @param query the query as it was written; empty if there is none
 */
record UrlParts(String origin, String path, String query) {

    static UrlParts of(String url) {
        int mark = url.indexOf('?');
        String before = mark < 0 ? url : url.substring(0, mark);
        int slash = before.indexOf('/', before.indexOf("//") + 2);
        String origin = Ascii.lowerCase(slash < 0 ? before : before.substring(0, slash));
        String plain =
                origin.startsWith("https") ? origin.replaceFirst(":(443)?$", "") : origin.replaceFirst(":(80)?$", "");
        return new UrlParts(
                plain, slash < 0 ? "/" : normalized(before.substring(slash)), mark < 0 ? "" : url.substring(mark + 1));
    }

    private static String normalized(String path) {
        StringBuilder normal = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); ) {
            if (PercentEncoding.isEscape(path, i)) {
                int octet = Integer.parseInt(path.substring(i + 1, i + 3), 16);
                boolean isUnreserved =
                        octet < 0x80 && (Ascii.isLetterOrDigit((char) octet) || "-._~".indexOf(octet) >= 0);
                normal.append(
                        isUnreserved
                                ? String.valueOf((char) octet)
                                : path.substring(i, i + 3).toUpperCase(Locale.ROOT));
                i += 3;
                continue;
            }
            int codePoint = path.codePointAt(i);
            if (codePoint < 0x80) {
                normal.append((char) codePoint);
            } else {
                normal.append(
                        PercentEncoding.encode(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)));
            }
            i += Character.charCount(codePoint);
        }
        return normal.toString();
    }
}
