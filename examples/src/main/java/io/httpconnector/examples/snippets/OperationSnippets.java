package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.operation.DurableOperation;
import io.httpconnector.operation.Operation;
import io.httpconnector.operation.OperationException;
import io.httpconnector.operation.OperationHandle;
import io.httpconnector.operation.OperationResult;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** The code of {@code docs/operations.md}. */
final class OperationSnippets {

    private OperationSnippets() {}

    static Operation definition() {
        Operation export = Operation.named("export")
                .start(RequestTemplate.named("Start an export")
                        .post("/exports")
                        .json(Map.of("month", "{{month}}"))
                        .build())
                .idempotencyKey()
                .id("/id")
                .status(RequestTemplate.named("Get the export")
                        .get("/exports/{{operation.id}}")
                        .build())
                .state("/state")
                .running("queued", "running")
                .done("finished")
                .failed("failed")
                .error("/message")
                .progress("/percent")
                .resultUrl("/url")
                .build();
        return export;
    }

    static Operation inTwoSteps() {
        Operation report = Operation.named("report")
                .start(RequestTemplate.named("Create the report")
                        .post("/reports/2021-06-30/reports")
                        .json(Map.of("reportType", "{{type}}"))
                        .build())
                .id("/reportId")
                .status(RequestTemplate.named("Get the report")
                        .get("/reports/2021-06-30/reports/{{operation.id}}")
                        .build())
                .state("/processingStatus")
                .running("IN_QUEUE", "IN_PROGRESS")
                .done("DONE")
                .failed("FATAL", "CANCELLED")
                .resultUrl(
                        RequestTemplate.named("Get the document")
                                .get("/reports/2021-06-30/documents/{{status.reportDocumentId}}")
                                .build(),
                        "/url")
                .resultRecords(RecordSelector.atRoot().csv('\t'), Pagination.none())
                .build();
        return report;
    }

    static void run(Operation export, HttpConnection service, Path file) {
        OperationHandle running = export.start(service, Pills.of("month", "2026-11"));
        try {
            OperationResult result = running.await(
                    Duration.ofHours(2), status -> System.out.println(status.value() + " " + status.progress()));
            result.download(file);
        } catch (OperationException e) {
            System.err.println(e.reason() + " " + e.id() + " " + e.lastStatus());
        }
    }

    static long bulk(HttpConnection salesforce) {
        Operation query = Operation.named("accounts").preset("salesforce-query").build();
        try (Stream<JsonNode> accounts = query.records(salesforce, Pills.of("soql", "SELECT Id, Name FROM Account"))) {
            return accounts.count();
        }
    }

    static DurableOperation durable(
            Operation export, HttpConnection service, StateStore store, EventHandler handler, Alerts alerts) {
        DurableOperation exports = export.durable(store)
                .connection(service)
                .delivery(Delivery.to(handler)) // reads exports.result(event.key())
                .listener(run -> run.reason().ifPresent(reason -> alerts.raise(run.key(), reason)))
                .build();

        exports.start(); // also continues the runs of earlier processes
        exports.submit("2026-11", Pills.of("month", "2026-11"));
        return exports;
    }

    static PollingTrigger trigger(Operation export, HttpConnection service, StateStore store, EventHandler handler) {
        PollingTrigger changes = PollingTrigger.named("changes")
                .connection(service)
                .source(export.asSource()) // its start contains {{cursor}}
                .records(RecordSelector.at("/rows"))
                .key("/id")
                .cursor(Cursor.timestamp("/updated_at"))
                .store(store)
                .handler(handler)
                .build();
        return changes;
    }

    /** Receives alerts. */
    interface Alerts {
        void raise(String run, OperationException.OperationFailure reason);
    }
}
