package io.httpconnector.examples.snippets;

import io.httpconnector.HttpConnection;
import io.httpconnector.Proxy;
import io.httpconnector.SsrfPolicy;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import java.nio.file.Path;

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
}
