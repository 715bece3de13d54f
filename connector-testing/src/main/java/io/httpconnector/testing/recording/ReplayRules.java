package io.httpconnector.testing.recording;

import java.util.List;
import java.util.Set;

/**
 * The rules by which requests are compared with recorded ones. Immutable.
 *
 * @param ignoredHeaders names of header fields, in lower case
 * @param matchedHeaders names of header fields that are always compared, in lower case
 * @param ignoredQuery names of query parameters, as paths of one segment
 * @param ignoredBody paths of members of the body; an empty one for the whole body
 * @param isStrictOrder whether requests must have the order of the recording
 * @param allowsUnused whether entries may be left over
 */
record ReplayRules(
        Set<String> ignoredHeaders,
        Set<String> matchedHeaders,
        List<List<String>> ignoredQuery,
        List<List<String>> ignoredBody,
        boolean isStrictOrder,
        boolean allowsUnused) {}
