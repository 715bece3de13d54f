package io.httpconnector.cli;

import io.httpconnector.Exchange;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.recording.RawExchange;
import io.httpconnector.internal.recording.RawExchangeObserver;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Masks the credentials that a connection sends in all output from then on. Some are not in a file of the command or in a token
 * store, such as the token of a login, and the service may echo them in records and events.
 */
final class ReceivedCredentials implements ExchangeListener {

    /** Shorter values, such as the name of a tenant, occur in texts by chance. */
    private static final int MIN_LENGTH = 8;

    private final SecretMask mask;

    ReceivedCredentials(SecretMask mask) {
        this.mask = mask;
    }

    @Override
    public CallObserver started(ExchangeStarted start) {
        return new Observer();
    }

    private final class Observer implements CallObserver, RawExchangeObserver {

        @Override
        public boolean records(int status) {
            return true;
        }

        @Override
        public void ended(
                Supplier<RawExchange> exchange,
                long bytes,
                @Nullable String failure,
                Function<RawExchange, Exchange> redaction) {
            for (NameValuePair secret : exchange.get().secrets()) {
                if (secret.value().length() >= MIN_LENGTH) {
                    mask.add(secret.value());
                }
            }
        }
    }
}
