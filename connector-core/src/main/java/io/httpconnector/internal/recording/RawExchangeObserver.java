package io.httpconnector.internal.recording;

import io.httpconnector.Exchange;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An observer of a call that records its response without removing the secrets, which is left to the reader of the record. */
public interface RawExchangeObserver {

    /**
     * Returns whether a call is recorded.
     *
     * @param status the status code of the response; 0 if the call failed while the response was read
     * @return whether to call {@link #ended}
     */
    boolean records(int status);

    /**
     * Called when the call has ended with a response, instead of the method of a usual listener.
     *
     * @param exchange returns the request and the response, which takes some time
     * @param bytes the approximate size of the exchange in memory
     * @param failure the message of the exception with which the call failed, without secrets; null if it succeeded
     * @param redaction removes the secrets
     */
    void ended(
            Supplier<RawExchange> exchange,
            long bytes,
            @Nullable String failure,
            Function<RawExchange, Exchange> redaction);
}
