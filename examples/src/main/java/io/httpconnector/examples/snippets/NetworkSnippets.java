package io.httpconnector.examples.snippets;

import io.httpconnector.HttpConnection;
import io.httpconnector.Proxy;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.SsrfPolicy;
import io.httpconnector.auth.JwtAuth;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.transport.HttpTransport;
import io.httpconnector.transport.JdkTransport;
import io.httpconnector.transport.TransportExchange;
import io.httpconnector.transport.TransportRequest;
import io.httpconnector.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The code of {@code docs/networks.md}. */
final class NetworkSnippets {

    private NetworkSnippets() {}

    static HttpConnection privateNetwork() {
        HttpConnection erp = HttpConnection.named("ERP")
                .baseUrl("https://erp.internal.example.com")
                .proxy(Proxy.socks5("bastion.example.com", 1080))
                .clientCertificate(ClientCertificate.pem(Path.of("client.crt"), Path.of("client.key")))
                .trust(ServerTrust.only(Path.of("company-ca.pem")))
                .build();
        return erp;
    }

    static HttpConnection typedByCustomers(String url) {
        HttpConnection typed = HttpConnection.named("Customer's webhook")
                .baseUrl(url)
                .destinations(SsrfPolicy.publicInternetOnly())
                .build();
        return typed;
    }

    static HttpConnection http2() {
        HttpConnection service = HttpConnection.named("Service")
                .baseUrl("https://api.example.com")
                .transport(JdkTransport.http2())
                .build();
        return service;
    }

    static void apns(Secret privateKey, String deviceToken) {
        HttpConnection apns = HttpConnection.named("APNs")
                .baseUrl("https://api.push.apple.com")
                .transport(JdkTransport.http2())
                .auth(JwtAuth.of(JwtKey.es256(privateKey).id("ABC123DEFG"), Map.of("iss", "DEF123GHIJ"))
                        .lifetime(Duration.ofMinutes(50)))
                .build();
        apns.send(Request.post("/3/device/" + deviceToken)
                .header("apns-topic", "com.example.app")
                .header("apns-push-type", "alert")
                .json(Map.of("aps", Map.of("alert", "Your order has arrived"))));
        apns.close();
    }

    record InProcess(Function<TransportRequest, String> service) implements HttpTransport {

        @Override
        public TransportExchange exchange(TransportRequest request) {
            return new TransportExchange() {
                @Override
                public TransportResponse send() {
                    return new Reply(
                            new ByteArrayInputStream(service.apply(request).getBytes(StandardCharsets.UTF_8)));
                }

                @Override
                public void cancel() {
                    // A real transport closes the socket or resets the stream.
                }
            };
        }

        @Override
        public void close() {
            // There is nothing to release.
        }

        record Reply(InputStream body) implements TransportResponse {

            @Override
            public int status() {
                return 200;
            }

            @Override
            public List<TransportRequest.HeaderField> fields() {
                return List.of(new TransportRequest.HeaderField("Content-Type", "application/json", false));
            }

            @Override
            public void limitIdleTime(Duration limit) {
                // A function does not pause.
            }

            @Override
            public void close() {
                // The body is in memory.
            }
        }
    }

    static HttpConnection inProcess() {
        HttpConnection local = HttpConnection.named("Local")
                .baseUrl("http://local.example.com")
                .transport(settings ->
                        new InProcess(request -> "{\"path\": \"" + request.uri().getPath() + "\"}"))
                .build();
        return local;
    }
}
