package io.httpconnector.polling;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.http.LenientUrl;
import io.httpconnector.polling.PollingException.Reason;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parser of the {@code Link} header (RFC 8288, section 3). */
final class LinkHeader {

    // Possessive quantifiers, so that a malicious field causes neither long run times nor deep recursion.
    private static final String QUOTED = "\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"";
    private static final String PARAMETER =
            "\\s*+;\\s*+([^;,=\\s]++)(?:\\s*+=\\s*+(?:" + QUOTED + "|'([^'\";,]*+)'|([^\";,\\s]*+)))?+";
    private static final Pattern LINK = Pattern.compile("<([^<>]*+)>((?:" + PARAMETER + ")*+)");
    /** What may be the relation type of a link that could not be read. */
    private static final Pattern NEXT = Pattern.compile("(?i)(?:^|[\\s\"'=])next(?:$|[\\s\"',;])");

    private static final Pattern ONE = Pattern.compile(PARAMETER);

    private LinkHeader() {}

    /**
     * The target of the first link of the response with the relation type {@code next}.
     *
     * @throws PollingException if there is none, but a malformed link that may be one
     */
    static Optional<String> next(Response response) {
        StringBuilder unread = new StringBuilder();
        for (String field : response.headers().all("Link")) {
            Matcher link = LINK.matcher(field);
            while (link.find()) {
                if (isNext(ONE.matcher(link.group(2)), response)) {
                    return Optional.of(LenientUrl.ofHeader(link.group(1).strip()));
                }
            }
            unread.append(LINK.matcher(field).replaceAll(" ")).append(' ');
        }
        if (NEXT.matcher(unread).find()) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    response.exchange().summary()
                            + ": the Link header is malformed (RFC 8288), so that it is unknown whether there is a next page");
        }
        return Optional.empty();
    }

    /** Whether the response has a well-formed link to the next page. */
    static boolean hasNext(Response response) {
        try {
            return next(response).isPresent();
        } catch (PollingException e) {
            return false;
        }
    }

    /** Uses the first parameter {@code rel}; further ones are ignored. A link with an {@code anchor} is one of that context. */
    private static boolean isNext(Matcher parameter, Response response) {
        String types = null;
        String anchor = null;
        while (parameter.find()) {
            String name = parameter.group(1);
            if (types == null && name.equalsIgnoreCase("rel")) {
                types = value(parameter);
            } else if (anchor == null && name.equalsIgnoreCase("anchor")) {
                anchor = value(parameter);
            }
        }
        return types != null
                && Arrays.stream(types.strip().split("\\s+", -1)).anyMatch("next"::equalsIgnoreCase)
                && (anchor == null || isContext(anchor.strip(), response));
    }

    /** Some services quote with apostrophes. */
    private static String value(Matcher parameter) {
        for (int group = 2; group <= 4; group++) {
            String value = parameter.group(group);
            if (value != null) {
                return value;
            }
        }
        return "";
    }

    /** Whether the context is the response, and neither another resource nor a fragment. */
    private static boolean isContext(String anchor, Response response) {
        int fragment = anchor.indexOf('#');
        if (fragment >= 0 && fragment < anchor.length() - 1) {
            return false;
        }
        try {
            return response.resolve(anchor).equals(response.resolve(""));
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }
}
