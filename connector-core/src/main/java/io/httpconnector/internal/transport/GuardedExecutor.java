package io.httpconnector.internal.transport;

import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Sends a request. An {@link Error} of code that writes the body would let HttpClient close the pool of all connections, and an
 * undeclared checked exception would leave the socket open: both are carried through HttpClient as an exception that it handles.
 * Thread-safe.
 */
final class GuardedExecutor extends HttpRequestExecutor {

    /** Carries what the code has thrown. */
    static final class SendingFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Throwable thrown;

        SendingFailure(Throwable thrown) {
            super(null, thrown, false, false);
            this.thrown = thrown;
        }

        /** Returns the original, to be thrown as if it were unchecked. */
        @SuppressWarnings("unchecked") // the type has no effect at run time
        <E extends Throwable> RuntimeException original() throws E {
            throw (E) thrown;
        }
    }

    @Override
    public ClassicHttpResponse execute(
            ClassicHttpRequest request,
            HttpClientConnection connection,
            HttpResponseInformationCallback informationCallback,
            HttpContext context)
            throws IOException, HttpException {
        try {
            return super.execute(request, connection, informationCallback, context);
        } catch (IOException | HttpException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new SendingFailure(e);
        }
    }
}
