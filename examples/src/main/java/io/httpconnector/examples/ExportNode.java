package io.httpconnector.examples;

import io.httpconnector.HttpConnection;
import io.httpconnector.operation.DurableOperation;
import io.httpconnector.operation.Operation;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A process of {@link ExportDownload}: it exports a month, or continues the export of the process before it. */
final class ExportNode {

    /** A start that is repeated with the same {@code Idempotency-Key} starts one export. */
    static final Operation EXPORT = Operation.named("export")
            .start(RequestTemplate.named("Start an export")
                    .post("/exports")
                    .json(Map.of("month", "{{month}}"))
                    .build())
            .idempotencyKey()
            .id("/id")
            .status(RequestTemplate.named("Get the export")
                    .get("/exports/{{operation.id}}")
                    .build())
            .pollEvery(Duration.ofMillis(300), Duration.ofMillis(300))
            .state("/state")
            .running("running")
            .done("finished")
            .failed("failed")
            .progress("/percent")
            .resultUrl("/url")
            .build();

    private ExportNode() {}

    /**
     * Runs until the file is downloaded.
     *
     * @param args the base URL, the directory of the state, the month, and the file
     */
    public static void main(String[] args) {
        Path file = Path.of(args[3]);
        try (StateStore store = StateStore.file(Path.of(args[1]));
                HttpConnection service =
                        HttpConnection.named("Service").baseUrl(args[0]).build()) {
            DurableOperation[] exports = new DurableOperation[1];
            exports[0] = EXPORT.durable(store)
                    .connection(service)
                    .lease(Duration.ofSeconds(10))
                    .listener(run -> System.out.println(
                            "  " + run + (run.progress().isNumber() ? " " + run.progress() + " %" : "")))
                    .delivery(Delivery.to(event -> {
                        var unused = exports[0].result(event.key()).download(file);
                        System.out.println("  downloaded " + file.getFileName());
                    }))
                    .build();
            var unused = exports[0].await(args[2], Pills.of("month", args[2]));
        }
    }
}
