package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code verify}: the output and exit codes. */
class VerifyCommandTest {

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory)
                .environment("CONNECTOR_SHOP_KEY", "k")
                .environment("CONNECTOR_SHOP_HOOK", "hush");
        connector.write("shop.yaml", CheckCommandTest.SHOP);
        service.on("GET", "/me", request -> MockResponse.status(200));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Result verify(String... args) {
        String[] all = new String[args.length + 3];
        all[0] = "verify";
        all[1] = "shop.yaml";
        all[2] = "--value=url=" + service.baseUrl();
        System.arraycopy(args, 0, all, 3, args.length);
        return connector.run(all);
    }

    @Test
    void allChecksPass() {
        service.on(
                "GET",
                "/orders",
                request -> MockResponse.json(
                        String.valueOf(request.uri().getQuery()).contains("page=2")
                                ? "{\"orders\": [{\"id\": 3}]}"
                                : String.valueOf(request.uri().getQuery()).contains("page=3")
                                        ? "{\"orders\": []}"
                                        : "{\"orders\": [{\"id\": 1}, {\"id\": 2}]}"));

        Result result = verify();

        assertThat(result.code()).as(result.out() + result.err()).isZero();
        assertThat(result.out().lines())
                .contains(
                        "ok request list-orders: pages: page 2 differs from page 1",
                        "ok trigger updated-orders: keys: 3 different keys",
                        "ok trigger updated-orders: repeated poll: no event",
                        "ok webhook order-created: a signed request is verified, and one with a changed body is rejected");
    }

    @Test
    void cursorOfListWithManyPages() {
        connector.write(
                "shop.yaml",
                CheckCommandTest.SHOP.replace(
                        "key: [/id]", "key: [/id]\n    cursor: {timestamp: /at, sentAs: {query: since}}"));
        AtomicInteger id = new AtomicInteger();
        AtomicBoolean isHonoured = new AtomicBoolean();
        service.on(
                "GET",
                "/orders",
                request -> MockResponse.json(
                        isHonoured.get()
                                        && String.valueOf(request.uri().getQuery())
                                                .contains("since=")
                                ? "{\"orders\": []}"
                                : "{\"orders\": [{\"id\": " + id.incrementAndGet()
                                        + ", \"at\": \"2026-01-01T00:00:00Z\"}]}"));

        Result ignored = verify("updated-orders");
        isHonoured.set(true);
        Result honoured = verify("updated-orders");

        assertThat(ignored.code()).isEqualTo(ExitCode.FAILED);
        assertThat(ignored.out().lines())
                .anyMatch(line -> line.startsWith("failed trigger updated-orders: cursor: ")
                        && line.contains("it ignores the parameter of the cursor"));
        assertThat(honoured.code()).as(honoured.out()).isZero();
        assertThat(honoured.out().lines())
                .anyMatch(line -> line.startsWith("skipped trigger updated-orders: poll: there are more than 3 pages"))
                .contains("ok trigger updated-orders: cursor: for a time in the future, the service returns no older"
                        + " record");
    }

    @Test
    void failedCheckAsJson() throws Exception {
        service.on("GET", "/orders", request -> MockResponse.json("{\"orders\": [{\"id\": 1}, {\"id\": 2}]}"));

        Result result = verify("list-orders", "--json");

        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(json.path("ok").asBoolean(true)).isFalse();
        assertThat(json.at("/checks/1/name").asText()).isEqualTo("request list-orders: pages");
        assertThat(json.at("/checks/1/status").asText()).isEqualTo("failed");
    }

    @Test
    void incorrectUse() {
        assertThat(verify("updated-order").err()).contains("did you mean \"updated-orders\"?");
    }
}
