package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.Url;
import java.net.IDN;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The origin of the URL of an imported request. */
final class ImportedOrigin {

    private static final Pattern ORIGIN = Pattern.compile("((?:[^/?#]*:)?//|(?=\\{))([^/?#]*).*", Pattern.DOTALL);

    private ImportedOrigin() {}

    /**
     * Returns scheme, host and port of a URL in one spelling, without a user; or its text if the host has pills. Empty for a relative
     * URL.
     */
    static String of(String url) {
        Matcher matcher = ORIGIN.matcher(url.strip());
        if (!matcher.matches() || matcher.group(2).isEmpty()) {
            return "";
        }
        String scheme = matcher.group(1);
        String host = matcher.group(2).substring(matcher.group(2).lastIndexOf('@') + 1);
        try {
            host = host.contains("{") ? host : IDN.toASCII(host);
        } catch (IllegalArgumentException e) {
            // Not a host name: it stays as it is.
        }
        try {
            return Url.parseAbsolute((scheme.equals("//") ? "https://" : scheme) + host)
                    .origin()
                    .toString();
        } catch (InvalidDefinitionException e) {
            return scheme + host;
        }
    }
}
