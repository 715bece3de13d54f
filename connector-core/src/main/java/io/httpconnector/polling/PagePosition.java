package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The position of a page as its response states it. Where a service states a position that advances as requested, equal
 * records on two pages are equal by chance, and no sign that the service ignores the request.
 */
final class PagePosition {

    /** Names of page numbers in responses, in lower case. */
    static final Set<String> NUMBERS =
            Set.of("page", "currentpage", "current_page", "pagenumber", "page_number", "pageindex", "number");

    /** Names of offsets in responses, in lower case. */
    static final Set<String> OFFSETS = Set.of("offset", "startat", "start", "skip", "startindex", "start_index");

    private static final int MAX_DEPTH = 4;

    private PagePosition() {}

    /** Whether the response states that a page is at a later position than the one before it. */
    static boolean isAdvanced(Page before, Page page) {
        Optional<String> next = LinkHeader.next(page.response());
        return (next.isPresent() && !next.equals(LinkHeader.next(before.response())))
                || isAdvanced("", before.requested(), page, before, 0);
    }

    private static boolean isAdvanced(String at, JsonNode requested, Page page, Page before, int depth) {
        JsonNode values = at.isEmpty() ? page.envelope() : page.envelope().at(at);
        for (Map.Entry<String, JsonNode> member : values.properties()) {
            String pointer = at + "/" + JsonObjectReader.token(member.getKey());
            String name = member.getKey().toLowerCase(Locale.ROOT);
            JsonNode earlier = before.envelope().at(pointer);
            if ((NUMBERS.contains(name) && isRequested("number", member.getValue(), page, earlier, requested))
                    || (OFFSETS.contains(name) && isRequested("offset", member.getValue(), page, earlier, requested))
                    || (depth < MAX_DEPTH && isAdvanced(pointer, requested, page, before, depth + 1))) {
                return true;
            }
        }
        return false;
    }

    /** Whether both responses have the value that was requested, and the later one is another one. */
    private static boolean isRequested(
            String name, JsonNode value, Page page, JsonNode earlier, JsonNode earlierRequested) {
        return value.isValueNode()
                && value.asText().equals(page.requested().path(name).asText())
                && earlier.asText().equals(earlierRequested.path(name).asText())
                && !earlier.asText().equals(value.asText());
    }
}
