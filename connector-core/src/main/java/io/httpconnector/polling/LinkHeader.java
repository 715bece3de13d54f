package io.httpconnector.polling;

import io.httpconnector.Headers;
import io.httpconnector.internal.http.LenientUrl;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parser of the {@code Link} header (RFC 8288, section 3). */
final class LinkHeader {

    // Possessive quantifiers, so that a malicious field causes neither long run times nor deep recursion.
    private static final String QUOTED = "\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"";
    private static final String PARAMETER =
            "\\s*+;\\s*+([^;,=\\s]++)(?:\\s*+=\\s*+(?:" + QUOTED + "|([^\";,\\s]*+)))?+";
    private static final Pattern LINK = Pattern.compile("<([^<>]*+)>((?:" + PARAMETER + ")*+)");
    private static final Pattern ONE = Pattern.compile(PARAMETER);

    private LinkHeader() {}

    /** The target of the first link with the relation type {@code next}. */
    static Optional<String> next(Headers headers) {
        for (String field : headers.all("Link")) {
            Matcher link = LINK.matcher(field);
            while (link.find()) {
                if (isNext(ONE.matcher(link.group(2)))) {
                    return Optional.of(LenientUrl.ofHeader(link.group(1).strip()));
                }
            }
        }
        return Optional.empty();
    }

    /** Uses the first parameter {@code rel}; further ones are ignored. */
    private static boolean isNext(Matcher parameter) {
        while (parameter.find()) {
            if (parameter.group(1).equalsIgnoreCase("rel")) {
                String types = parameter.group(2) == null ? parameter.group(3) : parameter.group(2);
                return types != null
                        && Arrays.stream(types.strip().split("\\s+", -1)).anyMatch("next"::equalsIgnoreCase);
            }
        }
        return false;
    }
}
