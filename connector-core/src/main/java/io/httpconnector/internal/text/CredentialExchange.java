package io.httpconnector.internal.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules for the exchanges in which credentials arrive, such as a login: any part of the response may be or repeat one, so that
 * only what is known to be none is shown.
 */
public final class CredentialExchange {

    /** Response header fields, in lower case, that describe a response and have no credentials. */
    private static final Set<String> SHOWN = Set.of(
            "accept",
            "age",
            "allow",
            "cache-control",
            "connection",
            "content-encoding",
            "content-language",
            "content-length",
            "content-type",
            "date",
            "expires",
            "keep-alive",
            "last-modified",
            "pragma",
            "proxy-authenticate",
            "retry-after",
            "server",
            "strict-transport-security",
            "transfer-encoding",
            "vary",
            "via",
            "www-authenticate");

    private static final Pattern LIMITS = Pattern.compile("(?:x-)?rate-?limit(?:-[a-z-]+)?");

    /** What a segment of a path is if it is a word or a version, and not a session ID. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z._~-]{0,24}|v[0-9]{1,3}");

    private static final Pattern AUTHORITY = Pattern.compile("(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*");

    /** A name and a value that is not the padding of Base64. */
    private static final Pattern COOKIE = Pattern.compile("([A-Za-z0-9!#$%&'*+.^_`|~-]{1,128})=[^=].*");

    private CredentialExchange() {}

    /**
     * Returns the value of a response header field for display.
     *
     * @param name the field name, in any case
     * @param value its value
     * @return the value, or a mask
     */
    public static String header(String name, String value) {
        String lower = Ascii.lowerCase(name);
        if (lower.equals("location")) {
            return url(value);
        }
        return value.isEmpty() || SHOWN.contains(lower) || LIMITS.matcher(lower).matches() ? value : LogSafe.MASK;
    }

    /**
     * Returns a URL that the service chose for display: with its authority and the words of its path.
     *
     * @param reference a URL, absolute or relative
     * @return the URL; its parameters and other segments are masked
     */
    public static String url(String reference) {
        StringBuilder shown = new StringBuilder();
        each(reference, shown::append, ignored -> shown.append(LogSafe.MASK));
        return shown.toString();
    }

    /**
     * Passes on the values of a URL that the service chose and that may be credentials.
     *
     * @param reference a URL, absolute or relative
     * @param to receives the segments and parameter values that are not words, decoded
     */
    public static void values(String reference, Consumer<String> to) {
        each(reference, known -> {}, value -> {
            for (String part : value.split("[&;]", -1)) {
                String text = part.substring(part.indexOf('=') + 1);
                String decoded = PercentEncoding.decodeForm(text);
                String found = decoded == null ? text : decoded;
                if (!WORD.matcher(found).matches()) {
                    to.accept(found);
                }
            }
        });
    }

    /**
     * Returns the values of the cookies that a response sets.
     *
     * @param headers the header fields of the response
     * @return the values that are not empty
     */
    public static List<String> cookies(HeaderFields headers) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < headers.size(); i++) {
            values.addAll(cookies(headers, i));
        }
        return values;
    }

    /**
     * Returns the value of the cookie that a field of a response sets.
     *
     * @param headers the header fields of the response
     * @param index the index of the field
     * @return the value; none if the field sets no cookie, or an empty one
     */
    public static List<String> cookies(HeaderFields headers, int index) {
        if (!headers.name(index).equalsIgnoreCase("Set-Cookie")) {
            return List.of();
        }
        String pair = headers.value(index).split(";", 2)[0];
        String value = pair.substring(pair.indexOf('=') + 1).strip();
        boolean isQuoted = value.length() > 2 && value.startsWith("\"") && value.endsWith("\"");
        return value.isEmpty() ? List.of() : List.of(isQuoted ? value.substring(1, value.length() - 1) : value);
    }

    /**
     * Returns the value of a {@code Cookie} field with masks in place of the values.
     *
     * @param cookies the value of the field
     * @return the names with masks, or only a mask if it is no list of names and values
     */
    public static String cookieNames(String cookies) {
        StringBuilder names = new StringBuilder();
        for (String pair : cookies.split(";", -1)) {
            Matcher cookie = COOKIE.matcher(pair.strip());
            if (!cookie.matches()) {
                return LogSafe.MASK;
            }
            names.append(names.isEmpty() ? "" : "; ")
                    .append(cookie.group(1))
                    .append('=')
                    .append(LogSafe.MASK);
        }
        return names.toString();
    }

    /** Splits a URL into texts that are shown, and values that are masked. */
    private static void each(String reference, Consumer<String> shown, Consumer<String> masked) {
        Matcher authority = AUTHORITY.matcher(reference);
        int start = authority.lookingAt() ? authority.end() : 0;
        int end = start;
        while (end < reference.length() && "?#".indexOf(reference.charAt(end)) < 0) {
            end++;
        }
        shown.accept(reference.substring(0, start));
        String[] segments = reference.substring(start, end).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String[] parts = segments[i].split(";", 2);
            shown.accept(i == 0 ? "" : "/");
            (WORD.matcher(parts[0]).matches() ? shown : masked).accept(parts[0]);
            if (parts.length > 1) {
                shown.accept(";");
                masked.accept(parts[1]);
            }
        }
        String rest = reference.substring(end);
        String[] parts = rest.split("(?<=[?&#])|(?=[&#])", -1);
        for (String part : parts) {
            int equals = part.indexOf('=');
            boolean isSeparator = part.length() == 1 && "?&#".contains(part);
            shown.accept(isSeparator ? part : part.substring(0, equals + 1));
            if (!isSeparator && equals + 1 < part.length()) {
                masked.accept(part.substring(equals + 1));
            }
        }
    }
}
