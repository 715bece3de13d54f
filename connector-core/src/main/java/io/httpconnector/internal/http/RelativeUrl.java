package io.httpconnector.internal.http;

import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Converts a template URL to one relative to a base URL, and resolves dot segments; pills are kept. */
public final class RelativeUrl {

    private static final Pattern URL = Pattern.compile("(?s)([A-Za-z][A-Za-z0-9+.-]*)://([^/?#{}]*)(.*)");

    private RelativeUrl() {}

    /**
     * Returns the part after the base URL, or the URL itself if its origin differs or its path is not below that of the base
     * URL.
     */
    public static String of(String url, String baseUrl) {
        Matcher absolute = URL.matcher(url);
        Matcher base = URL.matcher(baseUrl);
        if (!absolute.matches() || !base.matches() || !origin(absolute).equals(origin(base))) {
            return url;
        }
        String path = base.group(3).replaceFirst("/+$", "");
        String target = absolute.group(3);
        String rest = target.startsWith(path) ? target.substring(path.length()) : target;
        boolean isBelow = target.startsWith(path) && (rest.startsWith("/") || (path.isEmpty() && rest.isEmpty()));
        if (rest.startsWith("//")) {
            // A relative reference that starts with two slashes names a host.
            return url;
        }
        if (isBelow) {
            return rest.isEmpty() ? "/" : rest;
        }
        return path.isEmpty() && rest.startsWith("?") ? "/" + rest : url;
    }

    /** Returns the origin in one spelling of host and port. */
    private static String origin(Matcher url) {
        String origin = url.group(1) + "://" + url.group(2);
        try {
            return Url.parseAbsolute(origin).origin().toString();
        } catch (InvalidDefinitionException e) {
            return origin;
        }
    }

    /** Removes {@code .} and {@code ..} from a path that starts with a slash (RFC 3986, section 5.2.4). */
    public static String withoutDotSegments(String path) {
        if (!path.contains("/.")) {
            return path;
        }
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.substring(1).split("/", -1);
        for (String segment : segments) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.equals(".")) {
                kept.addLast(segment);
            }
        }
        boolean isDirectory = List.of(".", "..").contains(segments[segments.length - 1]);
        return "/" + String.join("/", kept) + (isDirectory && !kept.isEmpty() ? "/" : "");
    }
}
