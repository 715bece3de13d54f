package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognizes XML documents that are no list of records, such as an error with status 200 or an HTML page. */
final class ForeignXml {

    /** Local names of elements in lower case. */
    private static final Set<String> ERRORS = Set.of(
            "error",
            "errors",
            "errorresponse",
            "exception",
            "exceptionreport",
            "fault",
            "html",
            "serviceexception",
            "serviceexceptionreport");

    /** The first start tag, after declarations and comments. */
    private static final Pattern ROOT = Pattern.compile("<(?:[A-Za-z_][\\w.-]*+:)?+([A-Za-z_][\\w.-]*+)");

    private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);
    private static final int HEAD = 1024;

    /** The number of levels of elements in which an error is recognized: of SOAP, that of the fault within the body. */
    private static final int MAX_DEPTH = 2;

    private ForeignXml() {}

    /** The local name of the root element; empty when it is not among the first bytes. Reads nothing. */
    static String root(BufferedInputStream xml) throws IOException {
        xml.mark(HEAD);
        String head = new String(xml.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
        xml.reset();
        Matcher root = ROOT.matcher(COMMENT.matcher(head).replaceAll(""));
        return root.find() ? root.group(1) : "";
    }

    /** The name of the element that states an error; null when there is none. */
    static @Nullable String errorIn(String root, JsonNode content) {
        return isError(root) ? root : errorIn(content, MAX_DEPTH);
    }

    private static @Nullable String errorIn(JsonNode content, int depth) {
        for (Map.Entry<String, JsonNode> member : content.properties()) {
            String found = isError(member.getKey()) && isStated(member.getValue())
                    ? member.getKey()
                    : depth > 1 ? errorIn(member.getValue(), depth - 1) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static boolean isError(String name) {
        return ERRORS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Whether an element has content, and not only values such as 0 and false. */
    private static boolean isStated(JsonNode value) {
        if (!value.isContainerNode()) {
            return switch (Flag.of(value)) {
                case TRUE, OTHER -> true;
                default -> false;
            };
        }
        for (JsonNode child : value) {
            if (isStated(child)) {
                return true;
            }
        }
        return false;
    }
}
