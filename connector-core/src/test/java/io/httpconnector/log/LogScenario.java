package io.httpconnector.log;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.notFound;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.log.ExchangeStore.Retention;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A service, stores, and connections whose exchanges are logged. */
abstract class LogScenario {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    static final Retention RETENTION = new Retention(Duration.ofDays(30), 1 << 20);

    @TempDir
    Path directory;

    @BeforeEach
    void respond() {
        service.stubFor(any(anyUrl()).willReturn(okJson("[{\"id\":1,\"echo\":\"s3cret-key\"}]")));
        service.stubFor(get("/missing").willReturn(notFound()));
    }

    enum Kind {
        MEMORY,
        FILE
    }

    ExchangeStore store(Kind kind, Retention retention) {
        return kind == Kind.MEMORY ? ExchangeStore.inMemory(retention) : ExchangeStore.file(directory, retention);
    }

    static HttpConnection connection(String name, ExchangeLog log) {
        return HttpConnection.named(name)
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .listener(log.connections())
                .build();
    }
}
