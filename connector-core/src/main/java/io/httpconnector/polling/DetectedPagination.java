package io.httpconnector.polling;

/**
 * The result of pagination detection.
 *
 * @param records the selector of the records
 * @param pagination the pagination
 * @param reason a human-readable explanation of how it was detected
 * @param proven whether the second page was fetched this way and had records that the first one did not have
 */
public record DetectedPagination(RecordSelector records, Pagination pagination, String reason, boolean proven) {}
