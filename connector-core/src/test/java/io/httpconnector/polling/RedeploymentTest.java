package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * An application that is undeployed from an application server: after it has closed everything, its class loader is collected. Runs
 * only with {@code -Dredeployment=true}, because idle sockets and threads end after up to a minute.
 */
@Timeout(180)
@EnabledIfSystemProperty(named = "redeployment", matches = "true")
class RedeploymentTest {

    private static final Duration MAX_IDLE = Duration.ofSeconds(90);

    /** The application: uses a connection, its threads and sockets, and a trigger with a store. */
    static final class Application implements Runnable {

        @Override
        public void run() {
            try {
                HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
                byte[] body = "[{\"id\": 1, \"at\": \"2026-01-01T00:00:00Z\"}]".getBytes(StandardCharsets.UTF_8);
                service.createContext("/", exchange -> {
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
                service.start();
                use("http://127.0.0.1:" + service.getAddress().getPort());
                service.stop(0);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void use(String url) throws Exception {
            CountDownLatch handled = new CountDownLatch(1);
            try (HttpConnection connection =
                            HttpConnection.named("Orders").baseUrl(url).build();
                    PollingTrigger trigger = PollingTrigger.named("orders")
                            .connection(connection)
                            .request(RequestTemplate.named("List").get("/").build())
                            .key("/id")
                            .version("/at")
                            .startPosition(StartPosition.everything())
                            .every(Duration.ofSeconds(1))
                            .store(StateStore.inMemory())
                            .handler(event -> handled.countDown())
                            .build()) {
                connection.sendAsync(Request.get("/")).get();
                trigger.start();
                if (!handled.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("no event");
                }
            }
        }
    }

    /** A record with the components that the generated methods of records treat differently. */
    record Any(String text, int number) {}

    @Test
    void classLoaderOfTheApplicationIsCollected() throws Exception {
        WeakReference<ClassLoader> loader = deployed();
        // In JDK 17, java.lang.runtime.ObjectMethods refers to the record whose methods were used for the first time
        // last.
        assertThat(new Any("a", 1)).isEqualTo(new Any("a", 1)).hasSameHashCodeAs(new Any("a", 1));
        long end = System.nanoTime() + MAX_IDLE.toNanos();
        while (loader.get() != null && System.nanoTime() < end) {
            clearSoftReferences();
            Thread.sleep(500);
        }
        assertThat(loader.get()).isNull();
    }

    private static WeakReference<ClassLoader> deployed() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(url(entry));
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            var constructor = loader.loadClass(Application.class.getName()).getDeclaredConstructor();
            constructor.setAccessible(true);
            ((Runnable) constructor.newInstance()).run();
            return new WeakReference<>(loader);
        }
    }

    private static URL url(String entry) throws MalformedURLException {
        URI uri = Path.of(entry).toUri();
        boolean isArchive = entry.toLowerCase(Locale.ROOT).endsWith(".jar");
        return (isArchive || uri.toString().endsWith("/") ? uri : URI.create(uri + "/")).toURL();
    }

    /** Fills the memory, as the JVM clears soft references only then. */
    @SuppressWarnings("ModifiedButNotUsed") // The arrays only need to be in memory.
    private static void clearSoftReferences() {
        List<byte[]> all = new ArrayList<>();
        try {
            for (int i = 0; i < Integer.MAX_VALUE; i++) {
                all.add(new byte[64 * 1024 * 1024]);
            }
        } catch (OutOfMemoryError expected) {
            all.clear();
        }
    }
}
