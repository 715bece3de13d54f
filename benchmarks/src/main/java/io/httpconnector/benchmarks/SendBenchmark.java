package io.httpconnector.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Measures a request and its whole response, 1 KB of JSON each way, with 16 threads that share one client. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Threads(16)
public class SendBenchmark {

    /** The client under test. */
    @Param("connector")
    public String peer = "connector";

    /** The port of the server. */
    @Param("0")
    public int port;

    private final byte[] json = Sample.TEMPLATE.getBytes(StandardCharsets.UTF_8);
    private Peer client = Peer.of("connector", "http://127.0.0.1");

    /** Creates the client. */
    @Setup
    public void connect() {
        client = Peer.of(peer, "http://127.0.0.1:" + port);
    }

    /**
     * A GET request.
     *
     * @return the response
     * @throws Exception if it fails
     */
    @Benchmark
    public Object get() throws Exception {
        return client.get();
    }

    /**
     * A POST request.
     *
     * @return the response
     * @throws Exception if it fails
     */
    @Benchmark
    public Object post() throws Exception {
        return client.post(json);
    }
}
