package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts the open issues of a tracker by their labels. The class under test of the example {@code RecordedTest}. */
final class IssueReport {

    private static final PagedRequest OPEN_ISSUES =
            PagedRequest.of(Request.get("/issues?state=open"), RecordSelector.atRoot(), Pagination.linkHeader());

    private final HttpConnection tracker;

    IssueReport(HttpConnection tracker) {
        this.tracker = tracker;
    }

    /** Returns the settings of the connection in production. */
    static HttpConnectionBuilder tracker(String baseUrl, Secret clientSecret, TimeSource time) {
        AuthStrategy auth = OAuth2.clientCredentials()
                .tokenUrl(baseUrl + "/oauth/token")
                .client("issue-report", clientSecret)
                .timeSource(time)
                .build();
        return HttpConnection.named("Issue tracker").baseUrl(baseUrl).auth(auth);
    }

    /** Returns the number of open issues by label. */
    Map<String, Long> byLabel() {
        try (Stream<JsonNode> issues = OPEN_ISSUES.records(tracker)) {
            return issues.collect(
                    Collectors.groupingBy(issue -> issue.at("/label").asText(), TreeMap::new, Collectors.counting()));
        }
    }
}
