package io.httpconnector.wizard;

import io.httpconnector.internal.http.RelativeUrl;
import io.httpconnector.wizard.ShellCommand.Word;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The URL of a curl command: a scheme is added if there is none, and dot segments of the path are removed as curl does. A
 * placeholder in braces becomes a variable; other braces and brackets stand for several URLs and are rejected.
 */
final class CurlUrl {

    /** A scheme, and a host that may be an IPv6 address in brackets. */
    private static final Pattern ORIGIN =
            Pattern.compile("(?i)(?:https?://)?(?:[^/?#@\\[\\]]*@)?(?:\\[[0-9a-f:.%]+])?");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z_]\\w*)}");

    /** Hosts for which curl chooses another protocol. */
    private static final Pattern OTHER_PROTOCOL = Pattern.compile("(?i)(?:ftp|dict|ldap|imap|smtp|pop3)\\..*");

    private CurlUrl() {}

    /**
     * Returns the URL that is sent.
     *
     * @param word the URL
     * @param scheme the default scheme
     * @param isLiteral whether braces and brackets are literal
     * @param keepsDots whether dot segments are to be kept, which is not supported
     */
    static String of(Word word, String scheme, boolean isLiteral, boolean keepsDots) {
        String text = word.text();
        boolean isOther = !text.contains("://") && OTHER_PROTOCOL.matcher(text).matches();
        String url = text.matches("(?s)[A-Za-z][A-Za-z0-9+.-]*://.*") ? text : scheme + "://" + text;
        if (isOther || !url.matches("(?is)https?://.*")) {
            throw CurlReader.invalid(word, "not an HTTP URL");
        }
        String expanded = isLiteral ? url : withoutGlobs(word, url);
        String sent = withoutDots(expanded);
        if (keepsDots && !sent.equals(expanded)) {
            throw CurlReader.invalid(word, "dot segments in the path are not supported: remove --path-as-is");
        }
        return sent;
    }

    private static String withoutGlobs(Word word, String url) {
        Matcher origin = ORIGIN.matcher(url);
        int start = origin.lookingAt() ? origin.end() : 0;
        String rest =
                PLACEHOLDER.matcher(url.substring(start)).replaceAll(ShellCommand.OPEN + "$1" + ShellCommand.CLOSE);
        StringBuilder out = new StringBuilder(url.substring(0, start));
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c == '\\' && i + 1 < rest.length() && "[]{}".indexOf(rest.charAt(i + 1)) >= 0) {
                out.append(rest.charAt(++i));
            } else if ("[]{}".indexOf(c) >= 0) {
                throw CurlReader.invalid(
                        word, "brackets and braces stand for several URLs: add -g if they are literal");
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static String withoutDots(String url) {
        int start = url.indexOf('/', url.indexOf("://") + 3);
        int end = url.length();
        for (char c : new char[] {'?', '#'}) {
            int found = url.indexOf(c);
            end = found < 0 ? end : Math.min(end, found);
        }
        if (start < 0 || start >= end) {
            return url;
        }
        return url.substring(0, start) + RelativeUrl.withoutDotSegments(url.substring(start, end)) + url.substring(end);
    }
}
