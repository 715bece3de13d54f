package io.httpconnector.benchmarks;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A server that responds with 1 KB of JSON over HTTP/2 with TLS. Runs in its own process, as {@link Server} does. */
final class Http2Server implements AutoCloseable {

    private static final String PASSWORD = "benchmark";

    private final Process process;
    private final int port;
    private final byte[] certificate;

    private Http2Server(Process process, int port, byte[] certificate) {
        this.process = process;
        this.port = port;
        this.certificate = certificate;
    }

    static Http2Server start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("http2-server");
        Path keys = directory.resolve("server.p12");
        Path certificate = directory.resolve("server.pem");
        keytool(
                "-genkeypair",
                keys,
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost");
        keytool("-exportcert", keys, "-alias", "server", "-rfc", "-file", certificate.toString());
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx256m",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Http2Server.class.getName(),
                        keys.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        return new Http2Server(
                process, Integer.parseInt(String.valueOf(said.readLine())), Files.readAllBytes(certificate));
    }

    private static void keytool(String command, Path store, String... options)
            throws IOException, InterruptedException {
        ProcessBuilder tool = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/keytool",
                command,
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD);
        tool.command().addAll(List.of(options));
        if (tool.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                != 0) {
            throw new IOException("keytool failed");
        }
    }

    String url() {
        return "https://localhost:" + port;
    }

    /** The certificate in PEM. */
    byte[] certificate() {
        return certificate;
    }

    /** Returns a client of the JDK for this server. */
    HttpClient client() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "server",
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate)));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    @Override
    public void close() {
        process.destroy();
    }

    /**
     * Runs the server: prints its port, and ends when its parent process ends.
     *
     * @param args the key store
     * @throws IOException if the input can't be read
     */
    public static void main(String[] args) throws IOException {
        Buffer response = Buffer.buffer(Sample.TEMPLATE);
        Vertx vertx = Vertx.vertx();
        var unused = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("localhost")
                        .setPort(0)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PfxOptions().setPath(args[0]).setPassword(PASSWORD)))
                .requestHandler(request -> request.body()
                        .onSuccess(body -> request.response()
                                .putHeader("Content-Type", "application/json")
                                .end(response)))
                .listen()
                .onSuccess(server -> System.out.println(server.actualPort()));
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
        var unusedEnd = vertx.close();
    }
}
