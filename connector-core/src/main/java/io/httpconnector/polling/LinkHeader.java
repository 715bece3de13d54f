package io.httpconnector.polling;

import io.httpconnector.Headers;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code Link} (RFC 8288, section 3). */
final class LinkHeader {

    private static final Pattern LINK = Pattern.compile(
            "<([^>]*)>((?:\\s*;\\s*[^;,=\\s]+(?:\\s*=\\s*(?:\"(?:[^\"\\\\]|\\\\.)*\"|[^\";,\\s]*))?)*)");
    private static final Pattern REL =
            Pattern.compile(";\\s*rel\\s*=\\s*(?:\"([^\"]*)\"|([^\";,\\s]*))", Pattern.CASE_INSENSITIVE);

    private LinkHeader() {}

    /** The target of the first link with the relation type {@code next}. */
    static Optional<String> next(Headers headers) {
        for (String field : headers.all("Link")) {
            Matcher link = LINK.matcher(field);
            while (link.find()) {
                Matcher rel = REL.matcher(link.group(2));
                if (rel.find() && isNext(rel.group(1) == null ? rel.group(2) : rel.group(1))) {
                    return Optional.of(link.group(1).strip());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isNext(String types) {
        return Arrays.stream(types.strip().split("\\s+", -1)).anyMatch("next"::equalsIgnoreCase);
    }
}
