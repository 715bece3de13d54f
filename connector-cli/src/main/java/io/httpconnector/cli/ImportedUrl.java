package io.httpconnector.cli;

import io.httpconnector.internal.http.RelativeUrl;
import io.httpconnector.internal.text.PillToken;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The URL of an imported request in a document: relative to its base URL, or absolute if the source has another host. To an absolute URL
 * of another origin, a connection sends no credentials.
 *
 * @param text the URL, with pills
 * @param remark what has changed; empty if the request is sent as in the source
 */
record ImportedUrl(String text, String remark) {

    private static final Pattern SCHEME_AND_HOST = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://[^/]*");

    /**
     * Creates the URL of a request.
     *
     * @param origin scheme and host of the source; empty if it has none
     * @param path the path in the source, with its query
     * @param bases the base URL of a document, or the alternatives of it, which may have placeholders
     */
    static ImportedUrl of(String origin, String path, List<String> bases) {
        if (bases.isEmpty() && isKnown(origin)) {
            return new ImportedUrl(origin + path, kept(origin, "of the document, which is an input", bases));
        }
        String shown = bases.isEmpty() ? "of the document" : String.join(" or ", bases);
        if (!isKnown(origin)) {
            return new ImportedUrl(
                    belowBase(path, bases),
                    origin.isEmpty()
                            ? ""
                            : "its host " + origin + " is not known: it goes to the base URL " + shown
                                    + " with the credentials of auth");
        }
        Optional<ImportedUrl> relative = bases.stream()
                .filter(base -> !hasPill(base))
                .map(base -> RelativeUrl.of(origin + path, base))
                .filter(url -> url.startsWith("/"))
                .findFirst()
                .map(url -> new ImportedUrl(url, ""));
        return relative.or(() -> bases.stream()
                        .filter(ImportedUrl::hasPill)
                        .flatMap(base -> matched(origin + path, base).stream())
                        .findFirst()
                        .map(url -> new ImportedUrl(
                                url,
                                "it was sent to " + origin + "; in the document, it goes to the base URL " + shown)))
                .orElseGet(() -> new ImportedUrl(origin + path, kept(origin, shown, bases)));
    }

    private static String kept(String origin, String shown, List<String> bases) {
        boolean isSame = bases.stream()
                .anyMatch(base -> RelativeUrl.of(origin + "/", origin(base)).startsWith("/"));
        return isSame
                ? "its path is not below the base URL " + shown + ": its absolute URL is kept"
                : "it goes to " + origin + ", which is not the base URL " + shown
                        + ": its absolute URL is kept, and it is sent without the credentials of auth; if it needs"
                        + " credentials, import it into a document for this host";
    }

    private static String origin(String base) {
        Matcher matcher = SCHEME_AND_HOST.matcher(base);
        return matcher.find() ? matcher.group() : base;
    }

    /** Whether an origin has a host, and not a variable for it. */
    static boolean isKnown(String origin) {
        return origin.matches("https?://[A-Za-z0-9:.\\[\\]_-]+");
    }

    private static boolean hasPill(String text) {
        return !PillToken.all(text, "{{", "}}").isEmpty();
    }

    /** Returns the path of a URL below a base URL with placeholders, whose values have no slashes, unless they have a scheme. */
    private static Optional<String> matched(String url, String base) {
        String rest = base.replaceFirst("/+$", "");
        StringBuilder pattern = new StringBuilder("(?i)");
        int at = 0;
        for (PillToken pill : PillToken.all(rest, "{{", "}}")) {
            pattern.append(Pattern.quote(rest.substring(at, pill.start())))
                    .append(pill.start() == 0 ? "https?://[^/?#]+(?:/[^?#]*?)??" : "[^/?#]*");
            at = pill.end();
        }
        Matcher matcher = Pattern.compile(pattern + Pattern.quote(rest.substring(at)) + "(/(?!/).*)")
                .matcher(url);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Returns a path whose start, as in a description without a host, may be that of the base URL. */
    private static String belowBase(String path, List<String> bases) {
        for (String base : bases) {
            String prefix = SCHEME_AND_HOST.matcher(base).replaceFirst("").replaceFirst("/+$", "");
            if (!prefix.isEmpty() && path.startsWith(prefix + "/")) {
                return path.substring(prefix.length());
            }
        }
        return path;
    }
}
