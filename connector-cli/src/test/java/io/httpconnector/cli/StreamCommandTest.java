package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests commands with a trigger that has a stream. */
@Timeout(60)
class StreamCommandTest {

    private static final String POSITION = "Last-Event-ID";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private final AtomicInteger last = new AtomicInteger(2);
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("chat.yaml", """
                connector: 1
                id: chat
                version: 1.0.0
                title: Chat
                inputs: [{name: site, label: Site}]
                connection: {baseUrl: "{{auth.site}}", test: /me}
                requests:
                  ask: {method: POST, url: /ask, body: {json: {question: "{{question}}"}}}
                triggers:
                  chat-events:
                    title: Messages
                    request: {method: GET, url: /changes}
                    stream: {types: [message]}
                  posts:
                    request: {method: GET, url: /posts}
                    key: [/id]
                """);
        connector.write("chat.values.yaml", "values: {site: \"" + service.baseUrl() + "\"}");
        service.on("GET", "/me", MockResponse.json("{}"));
        service.on("GET", "/changes", request -> {
            int after = Integer.parseInt(request.header(POSITION).orElse("0"));
            StringBuilder events = new StringBuilder("retry: 100\n\n");
            for (int id = after + 1; id <= last.get(); id++) {
                events.append("id: " + id + "\ndata: {\"n\":" + id + "}\n\n");
            }
            return MockResponse.status(200).body("text/event-stream", events.toString());
        });
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void pollPrintsTheEventsOfAStreamAndContinuesAfterTheLastId() {
        Result first = connector.run("poll", "chat.yaml", "chat-events");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out().lines()).hasSize(2).first().asString().contains("\"data\":{\"n\":1}");
        assertThat(first.err()).contains("2 events");

        last.set(3);
        Result next = connector.run("poll", "chat.yaml", "chat-events", "--once", "--json");
        assertThat(next.out().lines()).hasSize(2).last().isEqualTo("{\"summary\":{\"events\":1}}");
        assertThat(next.out()).contains("\"id\":\"3\"").doesNotContain("\"n\":2");
    }

    @Test
    void followReceivesUntilItIsStopped() {
        connector.reader((terminal, line) -> {
            if (line.contains("{\"n\":2}")) {
                last.set(4);
            } else if (line.contains("{\"n\":4}")) {
                terminal.stop();
            }
        });
        Result result = connector.run("poll", "chat.yaml", "chat-events", "--follow");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(4);
        assertThat(result.err()).contains("Press Ctrl-C to stop.");
    }

    @Test
    void aFailureEndsTheCommand() {
        service.on("GET", "/changes", MockResponse.status(404));
        Result result = connector.run("poll", "chat.yaml", "chat-events");
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("/changes -> 404");
    }

    @Test
    void optionsOfPollsAreRejected() {
        Result all = connector.run("poll", "chat.yaml", "chat-events", "--all");
        assertThat(all.code()).isEqualTo(ExitCode.USAGE);
        assertThat(all.err()).contains("\"chat-events\" receives a stream");
        assertThat(connector.run("poll", "chat.yaml", "posts", "--idle=PT1S").code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(connector
                        .run("poll", "chat.yaml", "chat-events", "--idle=PT0S")
                        .code())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void describeShowsTheStreamAndVerifySkipsIt() {
        Result text = connector.run("describe", "chat.yaml");
        assertThat(text.out()).contains("GET /changes, Messages", "stream: receives the events message");
        assertThat(connector.run("describe", "chat.yaml", "--json").out()).contains("\"stream\"");
        assertThat(connector.run("check", "chat.yaml").code()).isZero();
        Result verify = connector.run("verify", "chat.yaml", "chat-events");
        assertThat(verify.out()).contains("skipped trigger chat-events: it receives a stream");
    }

    @Test
    void sendPrintsTheEventsOfTheResponse() {
        service.on(
                "POST",
                "/ask",
                MockResponse.status(200)
                        .body("text/event-stream", "data: {\"word\":\"Hello\"}\n\nevent: end\ndata: [DONE]\n\n"));
        Result result = connector.run("send", "chat.yaml", "ask", "--pill=question=why", "--stream");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines())
                .containsExactly(
                        "{\"event\":\"message\",\"data\":{\"word\":\"Hello\"}}",
                        "{\"event\":\"end\",\"data\":\"[DONE]\"}");
        assertThat(service.requests()).hasSize(1);

        service.on("POST", "/ask", MockResponse.json("{}"));
        Result json = connector.run("send", "chat.yaml", "ask", "--pill=question=why", "--stream");
        assertThat(json.code()).isEqualTo(ExitCode.FAILED);
        assertThat(json.err()).contains("application/json");
        assertThat(connector
                        .run("send", "chat.yaml", "ask", "--pill=question=why", "--stream", "--curl")
                        .code())
                .isEqualTo(ExitCode.USAGE);
    }
}
