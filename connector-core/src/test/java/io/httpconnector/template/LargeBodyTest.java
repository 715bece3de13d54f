package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargeBodyTest {

    private static final List<String> CHARACTERS = TemplateLimitsTest.CHARACTERS;

    private static final RequestTemplate TEMPLATE = RequestTemplate.named("Import")
            .post("/import")
            .json("{\"rows\": {\"$each\": \"{{job.rows}}\", \"$as\": \"row\", \"$item\": {\"id\":"
                    + " \"{{row.id}}\", \"text\": \"{{row.text}}\"}}}")
            .build();

    /** A list of which 10 MB become takes the memory of a buffer, while it is rendered and while it is sent. */
    @Test
    void tenMegabytesTakeTheMemoryOfABuffer() throws IOException {
        AtomicLong received = new AtomicLong();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (InputStream in = exchange.getRequestBody()) {
                received.set(in.transferTo(OutputStream.nullOutputStream()));
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .build()) {
            Pills small = Pills.of("job", Map.of("rows", rows(10)));
            Pills large = Pills.of("job", Map.of("rows", rows(100_000)));
            connection.send(TEMPLATE.render(small));

            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            Request request = TEMPLATE.render(large);
            connection.send(request);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat(received).hasValueGreaterThan(10_000_000);
            // Of which the buffer, until it is as large as it gets, is 2 MB.
            assertThat(allocated).isLessThan(3_000_000);
        } finally {
            server.stop(0);
        }
    }

    /** The second time that it is rendered, a value is gone: half a body must not pass as a whole one. */
    @Test
    void bodyWhoseValuesHaveChangedIsNotSent() {
        ArrayNode rows = (ArrayNode) JsonSupport.tree(rows(20_000));
        ObjectNode job = JsonNodeFactory.instance.objectNode().set("rows", rows);
        Request request = TEMPLATE.render(Pills.of("job", job));
        ((ObjectNode) rows.get(10_000)).remove("text");

        assertThatThrownBy(() -> request.body().orElseThrow().toBytes())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the values of the body changed after it was rendered: do not modify them"
                        + " until it is sent");
    }

    /** The buffer has 16 KiB first, grows to 1 MiB, and is then written to the stream. */
    @ParameterizedTest
    @ValueSource(ints = {16 * 1024, 1024 * 1024, 2 * 1024 * 1024})
    void eachValueIsKeptAtTheEndOfTheBuffer(int size) {
        Random random = new Random(size);
        for (int round = 0; round < 30; round++) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            list.add("x".repeat(size - 40 - random.nextInt(6200)));
            while (list.size() < 1200) {
                switch (random.nextInt(5)) {
                    case 0 -> list.add(random.nextLong() >> random.nextInt(64));
                    case 1 -> list.add(CHARACTERS.get(random.nextInt(CHARACTERS.size())));
                    case 2 -> list.add(random.nextBoolean());
                    case 3 -> list.addObject().putNull(CHARACTERS.get(random.nextInt(CHARACTERS.size())));
                    default -> list.addArray();
                }
            }

            assertThat(JsonSupport.parse(TemplateLimitsTest.json(list)).equals(JsonSupport.parse(list.toString())))
                    .as("round " + round)
                    .isTrue();
        }
    }

    private static List<Map<String, Object>> rows(int count) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Map.of("id", i, "text", "x".repeat(90)));
        }
        return rows;
    }
}
