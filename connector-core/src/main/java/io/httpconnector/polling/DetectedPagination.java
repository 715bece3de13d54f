package io.httpconnector.polling;

/**
 * How a service seems to spread records over pages.
 *
 * @param records where the records are
 * @param pagination how one gets to the next page
 * @param reason by what it was found, for people
 * @param proven whether the second page was fetched this way, and had records that the first one had not
 */
public record DetectedPagination(RecordSelector records, Pagination pagination, String reason, boolean proven) {}
