package io.httpconnector.internal.http;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A validated URL: absolute ({@code https://host/path?query}) or relative to a base URL ({@code /path?query}). Path and query
 * are kept as written. {@code host} is null when the URL is relative; {@code query} is null when there is none.
 *
 * <p>Follows RFC 3986, but rejects valid forms that are almost always mistakes: user info, fragments, dot segments, and a URL
 * that starts with two slashes.
 */
public record Url(
        @Nullable Origin host, String path, @Nullable String query) {

    private static final int MAX_LENGTH = 8192;
    /** The maximum length of a URL that a service has chosen: as long as a line of a response may be. */
    private static final int MAX_REFERENCE = 64 * 1024;

    public static Url parse(String text) {
        return parse(text, MAX_LENGTH);
    }

    /** Parses the URL of a redirect or of a next page, as {@link #redirectedTo} returned it. */
    public static Url parseReference(String text) {
        return parse(text, MAX_REFERENCE);
    }

    private static Url parse(String text, int max) {
        notNull(text, "URL");
        if (text.length() > max) {
            throw invalid(text.substring(0, 100) + "…", "it is longer than " + max + " characters");
        }
        int colon = schemeEnd(text);
        if (colon < 0 && text.startsWith("//")) {
            throw invalid(text, "it starts with \"//\": write the scheme, https://, or a single slash");
        }
        Origin host = colon < 0 ? null : authority(text, colon);
        int start = colon < 0 ? 0 : authorityEnd(text, colon + 3);
        int question = check(text, start);
        String path = text.substring(start, question < 0 ? text.length() : question);
        return new Url(host, path, question < 0 ? null : text.substring(question + 1));
    }

    public static Url parseAbsolute(String text) {
        return absolute(text, parse(text));
    }

    private static Url absolute(String text, Url url) {
        if (url.host == null) {
            throw invalid(text, "it is relative: write the scheme and the host, such as https://api.example.com/v1");
        }
        return url;
    }

    /**
     * Resolves this URL against a base: an absolute URL is returned unchanged, a relative one is appended to the path of the
     * base.
     */
    public Url below(Url base) {
        if (host != null) {
            return path.isEmpty() ? new Url(host, "/", query) : this;
        }
        return new Url(base.host, join(base.path, path), query);
    }

    /**
     * Resolves a reference of a service, such as a {@code Location} header, against this URL (RFC 3986, section 5.2), after
     * {@linkplain LenientUrl repairing} it. Fails if the result is not an acceptable URL.
     */
    public Url redirectedTo(String reference) {
        String target = withoutFragment(LenientUrl.repaired(reference));
        if (target.isEmpty()) {
            return this;
        }
        String resolved = resolved(target);
        return absolute(resolved, parseReference(resolved)).below(this);
    }

    /** Returns whether a {@code Location} header is a same-document reference (RFC 3986, section 4.4), which keeps the query. */
    public static boolean isSameDocument(String location) {
        return withoutFragment(LenientUrl.repaired(location)).isEmpty();
    }

    private static String withoutFragment(String reference) {
        int fragment = reference.indexOf('#');
        return fragment < 0 ? reference : reference.substring(0, fragment);
    }

    private String resolved(String target) {
        int colon = schemeEnd(target);
        if (colon >= 0) {
            return target.startsWith("//", colon + 1)
                    ? withoutDotSegments(target, authorityEnd(target, colon + 3))
                    : target;
        }
        if (target.startsWith("//")) {
            String whole = origin().scheme() + ":" + target;
            return withoutDotSegments(
                    whole, authorityEnd(whole, origin().scheme().length() + 3));
        }
        String origin = origin().toString();
        if (target.startsWith("/")) {
            return withoutDotSegments(origin + target, origin.length());
        }
        String here = path.isEmpty() ? "/" : path;
        return target.startsWith("?")
                ? origin + here + target
                : withoutDotSegments(origin + here.substring(0, here.lastIndexOf('/') + 1) + target, origin.length());
    }

    /** Removes the dot segments (RFC 3986, section 5.2.4) from the path that starts at an index. */
    private static String withoutDotSegments(String url, int start) {
        int question = url.indexOf('?', start);
        int end = question < 0 ? url.length() : question;
        if (start == end || url.charAt(start) != '/') {
            return url;
        }
        List<String> kept = new ArrayList<>();
        String[] segments = url.substring(start + 1, end).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String dots = dots(segments[i]);
            if (dots.equals("..") && !kept.isEmpty()) {
                kept.remove(kept.size() - 1);
            }
            if (dots.isEmpty()) {
                kept.add(segments[i]);
            } else if (i == segments.length - 1) {
                kept.add("");
            }
        }
        return url.substring(0, start) + "/" + String.join("/", kept) + url.substring(end);
    }

    /** Returns whether the query has a parameter of this name. Names are compared decoded and case-insensitively. */
    public boolean hasParameter(String name) {
        return query != null && QueryString.hasParameter(query, name);
    }

    /** Returns this URL without the query parameters of exactly this name. Names are compared decoded and case-sensitively. */
    public Url withoutParameter(String name) {
        String others = query == null ? null : QueryString.without(query, name);
        return Objects.equals(query, others) ? this : new Url(host, path, others);
    }

    /** Returns whether this URL equals the other one, except for query parameters that were removed. */
    public boolean isReducedFrom(Url other) {
        return Objects.equals(host, other.host)
                && path.equals(other.path)
                && (query == null || (other.query != null && QueryString.hasAll(other.query, query)));
    }

    /** Returns the origin of an absolute URL. */
    public Origin origin() {
        if (host == null) {
            throw new IllegalStateException("a relative URL has no origin");
        }
        return host;
    }

    public boolean sameOrigin(Url other) {
        return origin().equals(other.origin());
    }

    public boolean isSecure() {
        return "https".equals(origin().scheme());
    }

    private static String join(String base, String path) {
        if (path.isEmpty()) {
            return base.isEmpty() ? "/" : base;
        }
        if (base.isEmpty() || base.equals("/")) {
            return path.charAt(0) == '/' ? path : "/" + path;
        }
        boolean slashEnds = base.charAt(base.length() - 1) == '/';
        boolean slashStarts = path.charAt(0) == '/';
        if (slashEnds && slashStarts) {
            return base.substring(0, base.length() - 1).concat(path);
        }
        return slashEnds || slashStarts ? base.concat(path) : base + "/" + path;
    }

    /** Returns the index of the colon in {@code scheme://}, or -1. A later colon belongs to the path. */
    private static int schemeEnd(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ':') {
                return i > 0 ? i : -1;
            }
            boolean inScheme = Ascii.isLetterOrDigit(c) || c == '+' || c == '-' || c == '.';
            if (!inScheme) {
                return -1;
            }
        }
        return -1;
    }

    private static Origin authority(String text, int colon) {
        String scheme = Ascii.lowerCase(text.substring(0, colon));
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw invalid(text, "the scheme is \"" + scheme + "\": only http and https are known");
        }
        if (!text.startsWith("//", colon + 1)) {
            throw invalid(text, "\"" + scheme + ":\" is not followed by \"//\" and a host");
        }
        String authority = text.substring(colon + 3, authorityEnd(text, colon + 3));
        if (authority.indexOf('@') >= 0) {
            // The message does not repeat the URL, because the user info before the @ may contain a password.
            throw new InvalidDefinitionException(
                    "URL", "it has user info before the \"@\": remove it and set an auth strategy for the connection");
        }
        int portColon = authority.lastIndexOf(':');
        boolean hasPort = portColon > authority.lastIndexOf(']');
        String host = hasPort ? authority.substring(0, portColon) : authority;
        int port = hasPort ? port(text, authority.substring(portColon + 1)) : -1;
        int defaultPort = scheme.equals("https") ? 443 : 80;
        return new Origin(scheme, host(text, host), port == defaultPort ? -1 : port);
    }

    private static int authorityEnd(String text, int start) {
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/' || c == '?' || c == '#' || c == '\\') {
                return i;
            }
        }
        return text.length();
    }

    /** Returns the host name in lower case, or the address without brackets. */
    private static String host(String text, String host) {
        if (host.startsWith("[")) {
            return address(text, host);
        }
        boolean isName = !host.isEmpty()
                && host.chars().allMatch(c -> Ascii.isLetterOrDigit((char) c) || c == '-' || c == '.' || c == '_');
        if (!isName) {
            throw invalid(
                    text,
                    host.isEmpty()
                            ? "the host is missing"
                            : "\"" + LogSafe.visible(host)
                                    + "\" is not a host name: write non-ASCII names in Punycode");
        }
        return Ascii.lowerCase(host);
    }

    private static String address(String text, String host) {
        String literal = host.endsWith("]") ? host.substring(1, host.length() - 1) : "";
        String address = Ipv6Address.canonical(literal);
        if (address == null) {
            throw invalid(
                    text,
                    "\"" + LogSafe.visible(host)
                            + (literal.indexOf('%') >= 0
                                    ? "\" has a zone ID, which means nothing to a server: use another address or a name"
                                    : "\" is not an IPv6 address: write it as in [2001:db8::1]"));
        }
        return address;
    }

    private static int port(String text, String digits) {
        boolean number =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = number ? Integer.parseInt(digits) : -1;
        if (port < 1 || port > 65535) {
            throw invalid(text, "\"" + LogSafe.visible(digits) + "\" is not a port: use 1 to 65535");
        }
        return port;
    }

    /** Checks path and query character by character, and returns the index of the question mark, or -1. */
    private static int check(String text, int start) {
        int question = -1;
        int segment = start;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                boolean encoded = i + 2 < text.length()
                        && Ascii.isHexDigit(text.charAt(i + 1))
                        && Ascii.isHexDigit(text.charAt(i + 2));
                if (!encoded) {
                    throw invalid(text, at(i) + "a \"%\" without two hex digits: write %25 for the character itself");
                }
            } else if (c == '?' && question < 0) {
                question = i;
                checkSegment(text, segment, i);
            } else if (c == '/') {
                if (question < 0) {
                    checkSegment(text, segment, i);
                    segment = i + 1;
                }
            } else if (c == '#') {
                throw invalid(text, at(i) + "a fragment is never sent to a server: leave it out, or write %23");
            } else if (!isPermitted(c, question >= 0)) {
                throw invalid(text, at(i) + notPermitted(text.codePointAt(i)));
            }
        }
        if (question < 0) {
            checkSegment(text, segment, text.length());
        }
        return question;
    }

    private static String notPermitted(int c) {
        if (c < 0x20 || c == 0x7f || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            String what = c > 0x7f ? "an unpaired surrogate" : "a control character";
            return String.format("%s (U+%04X): remove it", what, c);
        }
        String character = Character.toString(c);
        return "\"" + LogSafe.visible(character) + "\" is not allowed in a URL: write it percent-encoded ("
                + PercentEncoding.encode(character) + "), or use query(name, value)";
    }

    private static boolean isPermitted(char c, boolean inQuery) {
        return Ascii.isLetterOrDigit(c)
                || "-._~!$&'()*+,;=:@".indexOf(c) >= 0
                // RFC 3986 does not permit brackets here, but many services require filter[name]=x.
                || (inQuery && (c == '?' || c == '[' || c == ']'));
    }

    private static void checkSegment(String text, int start, int end) {
        // The longest spelling of a dot segment is %2e%2e.
        if (end - start < 1 || end - start > 6) {
            return;
        }
        char first = text.charAt(start);
        if (first != '.' && first != '%') {
            return;
        }
        String segment = dots(text.substring(start, end));
        if (!segment.isEmpty()) {
            throw invalid(text, at(start) + "a \"" + segment + "\" segment: write the resulting path");
        }
    }

    /** Returns the dots of a dot segment, which may be percent-encoded; empty if it is another segment. */
    private static String dots(String segment) {
        String decoded = segment.length() > 6 ? "" : Ascii.lowerCase(segment).replace("%2e", ".");
        return decoded.equals(".") || decoded.equals("..") ? decoded : "";
    }

    private static String at(int index) {
        return "character " + (index + 1) + ": ";
    }

    private static InvalidDefinitionException invalid(String text, String problem) {
        return new InvalidDefinitionException("URL \"" + LogSafe.visible(withoutQuery(text)) + "\"", problem);
    }

    /** Removes the query for a message, because its values may be keys that a user pasted into the URL. */
    private static String withoutQuery(String text) {
        int question = text.indexOf('?');
        return question < 0 ? text : text.substring(0, question) + "?…";
    }
}
