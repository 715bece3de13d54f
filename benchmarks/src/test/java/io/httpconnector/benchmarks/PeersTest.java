package io.httpconnector.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.httpconnector.Response;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer that does something else is compared in vain. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PeersTest {

    private Server server;

    @BeforeAll
    void start() throws Exception {
        server = Server.start();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static Iterable<String> clients() {
        return Compare.CLIENTS;
    }

    @ParameterizedTest
    @MethodSource("clients")
    void eachClientReadsTheWholeAnswer(String name) throws Exception {
        Peer peer = Peer.of(name, "http://127.0.0.1:" + server.port());
        byte[] json = Sample.TEMPLATE.getBytes(StandardCharsets.UTF_8);

        for (Object response : new Object[] {peer.get(), peer.post(json)}) {
            assertThat(response instanceof Response ours ? ours.bytes() : (byte[]) response)
                    .isEqualTo(json);
        }
    }

    @Test
    void eachRendererWritesTheSame() {
        assertThatCode(() -> new RenderBenchmark().check()).doesNotThrowAnyException();
    }
}
