package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.polling.PollingException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks a token that is a value of the last record of a page: each page with records has one. */
final class LastRecordToken {

    private static final Pattern MEMBER = Pattern.compile("lastRecord\\.([A-Za-z0-9_]+)");

    private LastRecordToken() {}

    /**
     * Requires that a page without a value at a pointer has no records.
     *
     * @param pointer a JSON pointer from the record
     * @throws PollingException when it has records
     */
    static void requireAt(String pointer, Page page) {
        int slash = pointer.lastIndexOf('/');
        String parent = slash < 0 ? "" : pointer.substring(0, slash);
        String suggestion = suggestion(page.lastRecord().at(parent), pointer.substring(slash + 1));
        require(page, "\"" + pointer + "\"", suggestion == null ? null : parent + "/" + suggestion);
    }

    /**
     * Requires that a page without the value of an expression has no records, if the expression only uses the last record. Null
     * in the record means that there is no further page.
     *
     * @throws PollingException when it has records
     */
    static void requireValue(ValueSource source, Page page) {
        if (!source.isOfLastRecord() || !source.in(page).isMissingNode()) {
            return;
        }
        Matcher member = MEMBER.matcher(source.toString());
        String suggestion = member.find() ? suggestion(page.lastRecord(), member.group(1)) : null;
        require(page, source.toString(), suggestion == null ? null : "lastRecord." + suggestion);
    }

    private static void require(Page page, String location, @Nullable String suggestion) {
        if (page.count() > 0) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "The last record of page " + page.number() + " has no value at " + location
                            + ", so that the next page cannot be requested: "
                            + (suggestion == null
                                    ? "correct it, or add an end condition that the last page meets"
                                    : "did you mean \"" + suggestion + "\"?"));
        }
    }

    private static @Nullable String suggestion(JsonNode object, String name) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names.contains(name) ? null : Suggestions.of(name, names);
    }
}
