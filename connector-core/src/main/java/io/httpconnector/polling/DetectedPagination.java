package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The result of pagination detection.
 *
 * @param records the selector of the records
 * @param pagination the pagination
 * @param reason a human-readable explanation of how it was detected
 * @param proven whether the second page was fetched this way and had records that the first one did not have;
 *     false if the list has no second page
 */
public record DetectedPagination(RecordSelector records, Pagination pagination, String reason, boolean proven) {

    /**
     * Returns the definition, to be saved with a request, such as by {@code RequestReview.list} of the wizard.
     *
     * @return an object with {@code records} and {@code pagination}, readable by {@code PagedRequest.of(template, definition)}
     */
    public ObjectNode toJson() {
        return definition(records, pagination);
    }

    static ObjectNode definition(RecordSelector records, Pagination pagination) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("records", records.toJson());
        json.set("pagination", pagination.toJson());
        return json;
    }

    /**
     * Describes the result.
     *
     * @return such as {@code detected by a Link header with rel="next"; page 2 has other records}
     */
    @Override
    public String toString() {
        return "detected by " + reason
                + (proven ? "; page 2 has other records" : "; there is no second page to prove it");
    }
}
