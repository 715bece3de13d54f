package io.httpconnector.benchmarks;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.TokenStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A local token endpoint with its clients. */
final class Tokens {

    private static final byte[] ANSWER = ("{\"access_token\": \"" + "a".repeat(40) + "\", \"refresh_token\": \""
                    + "r".repeat(40) + "\", \"expires_in\": 3600}")
            .getBytes(StandardCharsets.US_ASCII);

    private static final int PORT = start();

    private Tokens() {}

    private static int start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, ANSWER.length);
                exchange.getResponseBody().write(ANSWER);
                exchange.close();
            });
            server.setExecutor(Executors.newCachedThreadPool(work -> {
                Thread thread = new Thread(work);
                thread.setDaemon(true);
                return thread;
            }));
            server.start();
            return server.getAddress().getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a client with its own refresh token. */
    static OAuth2 client(TokenStore store, String account) {
        return OAuth2.refreshToken(Secret.of("first-of-" + account))
                .tokenUrl("http://127.0.0.1:" + PORT + "/token")
                .client("id", Secret.of("secret"))
                .tokenStore(store, account)
                .build();
    }
}
