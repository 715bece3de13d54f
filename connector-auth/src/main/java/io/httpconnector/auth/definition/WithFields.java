package io.httpconnector.auth.definition;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Request;
import io.httpconnector.Response;
import java.util.HashMap;
import java.util.Map;

/** A strategy that also knows what was entered for the base URL. */
record WithFields(AuthStrategy strategy, Map<String, String> entered) implements AuthStrategy {

    @Override
    public AuthStrategy open(AuthContext context) {
        return new WithFields(strategy.open(context), entered);
    }

    @Override
    public Request apply(Request request) {
        return strategy.apply(request);
    }

    @Override
    public boolean refresh(Request rejected, Response answer) {
        return strategy.refresh(rejected, answer);
    }

    @Override
    public Map<String, String> fields(Request request) {
        Map<String, String> fields = new HashMap<>(entered);
        fields.putAll(strategy.fields(request));
        return fields;
    }

    @Override
    public void close() {
        strategy.close();
    }

    @Override
    public String toString() {
        return strategy.toString();
    }
}
