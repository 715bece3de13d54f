package io.httpconnector.definition.verification;

import io.httpconnector.ConnectorException;
import io.httpconnector.Response;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorRequest;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.template.RenderException;
import io.httpconnector.wizard.SchemaDifference;
import java.util.List;
import java.util.stream.Collectors;

/** Compares the responses to requests with the schemas of the document. */
final class ResponseChecks {

    private final Connector connector;
    private final List<CheckResult> results;

    ResponseChecks(Connector connector, List<CheckResult> results) {
        this.connector = connector;
        this.results = results;
    }

    /** Sends a request that has schemas, if it needs no values. */
    void check(String check, String name) {
        ConnectorRequest request = connector.request(name);
        try {
            Response response = request.send();
            String status = response.status() / 100 + "xx";
            if (!request.responseSchemas().containsKey(status)) {
                add(check, CheckStatus.SKIPPED, "it has no schema for status " + response.status());
                return;
            }
            List<SchemaDifference> mismatches = request.differences(response).stream()
                    .filter(SchemaDifference::contradictsSchema)
                    .toList();
            add(
                    check,
                    mismatches.isEmpty() ? CheckStatus.OK : CheckStatus.FAILED,
                    mismatches.isEmpty()
                            ? "the response matches its schema"
                            : "the response differs from its schema: "
                                    + mismatches.stream()
                                            .limit(5)
                                            .map(one -> one.toString())
                                            .collect(Collectors.joining("; "))
                                    + (mismatches.size() > 5 ? "; and " + (mismatches.size() - 5) + " more" : "")
                                    + "; correct responses");
        } catch (RenderException e) {
            add(check, CheckStatus.SKIPPED, "it needs values: " + e.getMessage());
        } catch (ConnectorException e) {
            add(check, CheckStatus.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private void add(String check, CheckStatus status, String message) {
        results.add(new CheckResult(check, status, message));
    }
}
