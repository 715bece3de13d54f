package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.template.RequestTemplate;

/**
 * The result of pagination detection.
 *
 * @param records the selector of the records
 * @param pagination the pagination
 * @param reason a human-readable explanation of how it was detected
 * @param proven whether the second page was fetched this way and had records that the first one did not have
 */
public record DetectedPagination(RecordSelector records, Pagination pagination, String reason, boolean proven) {

    /**
     * Applies the pagination to a template.
     *
     * @param template the template whose response was examined, with or without other pills
     * @return the request for all pages
     */
    public PagedRequest applyTo(RequestTemplate template) {
        return PagedRequest.of(template, records, pagination);
    }

    /**
     * Returns the definition, to be saved with a request, such as by {@code RequestReview.list} of the wizard.
     *
     * @return an object with {@code records} and {@code pagination}, readable by {@link PagedRequest#of(RequestTemplate,
     *     com.fasterxml.jackson.databind.JsonNode)}
     */
    public ObjectNode toJson() {
        return PagedRequest.definition(records, pagination);
    }

    /**
     * Describes the result.
     *
     * @return such as {@code detected by a Link header with rel="next"; page 2 has other records}
     */
    @Override
    public String toString() {
        return "detected by " + reason + (proven ? "; page 2 has other records" : "; no second page proves it");
    }
}
