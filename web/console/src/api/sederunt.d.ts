// Made by `npm run types` from crates/api/openapi. Do not edit.

export interface paths {
    "/apps/{app_id}/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Joins, leaves, lost connections, people and sessions by the minute or hour, up to now.
         * @description Told from facts, which are in the ledger when they are told; sessions that were imported are left out.
         */
        get: operations["GetActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/attendance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who was there, of how long for how long, and what that comes to: of one session, or of those of a meeting, at most 200.
         * @description A person's participants are joined by the caller's own id. The window of a session is from its first join to its last
         *     leave, or the one that is given; while it is LIVE it ends now.
         */
        get: operations["GetAttendance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/attendance.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The same as CSV (RFC 4180): a line a person and session, or a line a person with a column a session.
         * @description What a spreadsheet would take for a formula begins with an apostrophe.
         */
        get: operations["ExportAttendanceCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes of the app's sessions and peers in the order of the ledger: the feed, for those who would rather ask. */
        get: operations["GetEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Changes of the app's sessions and peers as they become durable, in the order of the ledger (Server-Sent Events).
         * @description `id:` is the ledger's sequence number, `event:` the type, `data:` one line of JSON. Blocks with an `id:` alone move the
         *     place to go on from. The event `snapshot` comes first when asked for; `cut` comes last when the server ends the feed.
         */
        get: operations["GetFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/losses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the people of the app lost of their connections, an hour of presence: the median, over the stays that were recorded last. */
        get: operations["GetLosses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * People who were in sessions of the app, who came last first.
         * @description Names are those of the latest join. Whose names were erased is not found.
         */
        get: operations["GetPeople"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/people/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A person over all sessions: totals, and the days with presence. `key` is the caller's own id, a user of the workspace, or a
         *     participant.
         */
        get: operations["GetPerson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/people/{key}/stays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The stays of a person over all sessions, the latest joins first. */
        get: operations["GetPersonStays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/rooms/{room_id}/webhook/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of the events of a room's webhook, the newest first.
         * @description As far as the log goes back. What was delivered in the last second may be missing yet.
         */
        get: operations["GetRoomWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/rooms/{room_id}/webhook/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of an event at a room's webhook, and its request. */
        get: operations["GetRoomWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/rooms/{room_id}/webhook/deliveries/{delivery_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends an event to a room's webhook at once, with the same id, whether it was delivered or not. */
        post: operations["RetryRoomWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/rooms/{room_id}/webhook/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The secret of the app's room webhooks, which never changes.
         * @description Takes the permission Realtime Admin, or the key of the workspace.
         */
        get: operations["GetRoomWebhookSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/rooms/{room_id}/webhook/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the receiver of a room's webhook does; all rooms of the app with the same URL share it. */
        get: operations["GetRoomWebhookStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/rooms/{room_id}/webhook/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a room's webhook one request about something that has not happened, and says what came of it.
         * @description It has the room's own headers. Answers within 10 seconds.
         */
        post: operations["TestRoomWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/sessions.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sessions as CSV (RFC 4180), newest first, without a limit.
         * @description What a spreadsheet would take for a formula begins with an apostrophe.
         */
        get: operations["ExportSessionsCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/sessions.ndjson": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sessions with their stays, one a line in the record format of imports and exports, newest first, without a limit. */
        get: operations["ExportSessionsNdjson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/sessions/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many sessions started when. */
        get: operations["GetSessionCounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/sessions/{session_id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Folds all facts of one session once more, and compares what comes of it with what lists and reports tell. */
        get: operations["GetSessionAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/sessions/{session_id}/stays.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The stays of a session as CSV (RFC 4180), in order of joining. Of an open stay the length is that until now, or until its
         *     connection was lost.
         */
        get: operations["ExportSessionStaysCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/sessions/{session_id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One session whole: its people, their stays with losses of the connection, and why each ended; told from its facts.
         * @description The answer has an `ETag`; with `If-None-Match` an unchanged session answers 304 and reads next to nothing.
         */
        get: operations["GetSessionTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Links to reports of an app that count, newest first, with their last use. */
        get: operations["ListShares"];
        put?: never;
        /**
         * Makes a link to one report, which whoever has it may read and nothing else. Takes the permission Realtime Admin.
         * @description At most 500 of an app. The link is in this answer and in no other one.
         */
        post: operations["CreateShare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/shares/{share_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a link: nobody reads by it once this has returned. Takes the permission Realtime Admin. */
        delete: operations["DeleteShare"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sessions, stays, people, participant-minutes and the peak by day, week or month of a zone, with their sum.
         * @description By `start` the minutes of a row are those of the list of sessions with its two instants. By `midnight` every minute counts
         *     where it was. Over the life of an app both sums are equal.
         */
        get: operations["GetUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/usage.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rows of the usage as CSV (RFC 4180). Their sum is left out, so that a sheet can make its own. */
        get: operations["ExportUsageCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of the events of a webhook, the newest first.
         * @description As far as the log goes back. What was delivered in the last second may be missing yet.
         */
        get: operations["GetWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of an event at a webhook, and its request.
         * @description Every event of the app has one, also when the log does not know it.
         */
        get: operations["GetWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends an event to a webhook at once, with the same id, whether it was delivered or not.
         * @description It is tried again like any other. 409 while a request for it is under way, and when the webhook is off or does not list
         *     the event.
         */
        post: operations["RetryWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/replays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replays of a webhook, the latest first; the last thousand are remembered. */
        get: operations["GetWebhookReplays"];
        put?: never;
        /**
         * Tells a webhook a range of facts once more; at most four at a time in an app.
         * @description A range of time becomes one of sequence numbers at once; it has everything that happened then, and may have a little more.
         *     409 when the webhook is off, and while four replays of the app run.
         */
        post: operations["CreateWebhookReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/replays/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One replay of a webhook. */
        get: operations["GetWebhookReplay"];
        put?: never;
        post?: never;
        /** Stops a replay; one that is over stays as it is. What is under way may still arrive. */
        delete: operations["StopWebhookReplay"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The secret of a webhook; takes the permission Realtime Admin. */
        get: operations["GetWebhookSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/secret/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a webhook another secret; the one that it had signs as well for 24 hours. Takes the permission Realtime Admin. */
        post: operations["RotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a webhook does: whether it is served, how far behind it is, and what its attempts of the last hour came to. */
        get: operations["GetWebhookStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apps/{app_id}/webhooks/{webhook_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a webhook one request about something that has not happened, and says what came of it.
         * @description Answers within 10 seconds. It works while the webhook is switched off, too, and a success is worth a probe of one that is
         *     down.
         */
        post: operations["TestWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in. */
        get: operations["GetConsoleSession"];
        put?: never;
        /**
         * Signs in: the answer sets a cookie that stands for the token, for the console's own page and until it is idle for an hour,
         *     twelve hours have passed, or the token is revoked.
         */
        post: operations["CreateConsoleSession"];
        /** Signs out: the cookie stands for nothing any more. */
        delete: operations["DeleteConsoleSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is signed in at the console with the tokens of the account; with a token that does not have all rights of the account, or
         *     by a sign-in that looks, only with that token.
         */
        get: operations["GetConsoleSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console/sessions/{sign_in_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs somebody out: the cookie stands for nothing any more, and feeds of its page end with their next heartbeat. */
        delete: operations["DeleteConsoleSessionById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The chat of a session as CSV (RFC 4180), oldest message first: what was said to everybody and is not deleted. */
        get: operations["GetSessionChatFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/shares/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchanges the secret of a link for a cookie, for the console's own page, which reads the report of that link and nothing
         *     else: for twelve hours, until the link is over, or until it is ended.
         * @description What is not known counts as a sign-in that failed.
         */
        post: operations["OpenShare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/shares/{share_id}/attendance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The report of a link, by its own rule. */
        get: operations["GetSharedAttendance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/shares/{share_id}/attendance.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The report of a link as CSV (RFC 4180). */
        get: operations["ExportSharedAttendanceCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the server does: ledger, disk, index, certificate, and the settings in force.
         * @description For tokens with the right to the server, by a sign-in that looks, too.
         */
        get: operations["GetSystem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The index of session lists of every app that has one, and what is built anew. */
        get: operations["GetSystemArchive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system/archive/{app_id}/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins to build the index of an app's session lists anew, from the ledger; lists are answered meanwhile as before. One at a
         *     time, and it cannot be stopped.
         */
        post: operations["RebuildSystemArchive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The check that runs, and the last one. */
        get: operations["GetSystemVerify"];
        put?: never;
        /**
         * Begins to fold all facts again and to compare everything with what they say, on a snapshot of its own: people meet
         *     meanwhile, and it takes half of the time of one reader at most. One at a time.
         */
        post: operations["BeginSystemVerify"];
        /** Stops the check that runs; nothing when none does. */
        delete: operations["StopSystemVerify"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The API tokens of the account, without their texts, which are not kept. */
        get: operations["GetTokens"];
        put?: never;
        /** Makes an API token of the account. For tokens with all rights of the account, and never with more than they have. */
        post: operations["CreateToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revokes an API token of the account: it is known no more, and nor is any sign-in that stands for it. One that is
         *     revoked already stays so.
         * @description One with the right to the server is revoked by another one, or by itself.
         */
        delete: operations["DeleteToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What happened. */
        Activity: {
            /** @description The zone. */
            tz: string;
            /** @description How long a row is. */
            by: string;
            /**
             * Format: date-time
             * @description The server's clock; what is recorded later is not in here.
             */
            as_of: string;
            /** @description In order, without a gap; the last one goes on. */
            rows: components["schemas"]["ActivityRow"][];
            /** @description LIVE sessions in which connections were lost for good within the five minutes before now, most first; at most 20. */
            losses: components["schemas"]["ActivityLosses"][];
            /**
             * @description Who was not let into a meeting of this app in the last hour, most first. Counted in memory, so since the start of the
             *     server at most, and as far as it was known whose meeting it was: whoever comes with a token that is nobody's is in no app.
             */
            refused: components["schemas"]["Refusals"][];
        };
        /** @description A session in which connections were lost. */
        ActivityLosses: {
            /** @description The session. */
            session_id: string;
            /** @description Its title. */
            title: string;
            /**
             * Format: int64
             * @description Stays that were lost.
             */
            lost: number;
            /**
             * Format: int64
             * @description People connected now.
             */
            live_participants: number;
        };
        /** @description A minute or an hour. */
        ActivityRow: {
            /**
             * Format: date-time
             * @description Its first instant.
             */
            from: string;
            /**
             * Format: int64
             * @description Stays that began.
             */
            joins: number;
            /**
             * Format: int64
             * @description Stays that ended, those whose connection was lost among them.
             */
            leaves: number;
            /**
             * Format: int64
             * @description Stays that ended because their connection was lost, or their server was.
             */
            lost: number;
            /**
             * Format: int64
             * @description The most people connected at a time.
             */
            people: number;
            /**
             * Format: int64
             * @description The most sessions LIVE at a time.
             */
            sessions: number;
        };
        /** @description A token, without its text. */
        ApiToken: {
            /** @description Id, as `token list` has it. */
            id: string;
            /** @description Name. */
            name: string;
            /** @enum {string} */
            permission: "none" | "realtime" | "realtime_admin";
            /** @description Whether it has the right to the server itself. */
            server: boolean;
            /** @description The app whose workspace it is for, by the Pagecall API. */
            app_id?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            last_used_on?: string | null;
            /**
             * Format: date-time
             * @description When it was revoked.
             */
            revoked_at?: string | null;
            /** @description Sign-ins at the console that stand for it, and end with it. */
            sign_ins: number;
            /** @description Live feeds that are open with it, and end with it. */
            feeds: number;
            /** @description Whether this request was made with it. */
            own: boolean;
        };
        /** @description A token with its text, which is told here and never again. */
        ApiTokenMade: {
            /** @description The text. */
            secret: string;
            /** @description The token. */
            token: components["schemas"]["ApiToken"];
        };
        /** @description What a token is to be. */
        ApiTokenRequest: {
            /** @description For humans. */
            name: string;
            /** @enum {string} */
            permission: "none" | "realtime" | "realtime_admin";
            /** @description The app whose workspace it is for, by the Pagecall API; required for `none`. */
            app_id?: string | null;
            /**
             * @description Whether it may see the server itself; only who may so can give it.
             * @default false
             */
            server: boolean | null;
        };
        /** @description What a revocation ended. */
        ApiTokenRevoked: {
            /** @description The token as it is now. */
            token: components["schemas"]["ApiToken"];
            /** @description Sign-ins at the console that stood for it: over. */
            sign_ins_ended: number;
            /** @description Live feeds that were open with it: they end with their next heartbeat, some 15 s. */
            feeds_ended: number;
        };
        /** @description Tokens of an account. */
        ApiTokens: {
            /** @description The newest first, revoked ones too; at most 1000. */
            tokens: components["schemas"]["ApiToken"][];
        };
        /** @description Who was there. All instants are milliseconds since 1970 in UTC, in the own time of each session. */
        Attendance: {
            /** @description What counted. */
            rule: components["schemas"]["AttendanceRule"];
            /** @description Oldest first. */
            sessions: components["schemas"]["AttendanceSession"][];
            /** @description Presets of whoever is in the report or could be, with how many people have them. */
            presets: components["schemas"]["PresetCount"][];
            /** @description People who are left out. */
            left_out: number;
            /** @description How many people came to what. */
            verdicts: components["schemas"]["AttendanceVerdicts"];
            /** @description One a person, in order of first coming; then those who never came, where they are asked for. */
            rows: components["schemas"]["AttendanceRow"][];
            /** @description Participants of the meeting, where those who never came are asked for with what it was counted from. */
            invited?: components["schemas"]["Attendee"][];
        };
        /** @description What somebody's time comes to: `ms = stays_ms + gaps_ms`, without `away_ms` where the rule says so. */
        AttendanceLine: {
            /**
             * Format: int64
             * @description First in, also when that was before the window; missing when nobody was there in it.
             */
            first?: number;
            /**
             * Format: int64
             * @description Last out; missing while a stay goes on.
             */
            last?: number;
            /**
             * Format: int32
             * @description Stays.
             */
            stays: number;
            /**
             * Format: int64
             * @description In at least one stay, within the window.
             */
            stays_ms: number;
            /**
             * Format: int64
             * @description Between stays, counted all the same.
             */
            gaps_ms: number;
            /**
             * Format: int64
             * @description Within stays, without a connection.
             */
            away_ms: number;
            /**
             * Format: int64
             * @description What counts.
             */
            ms: number;
            /**
             * Format: int64
             * @description Length of the window.
             */
            window_ms: number;
            /**
             * Format: double
             * @description Percent of the window, with two decimals, cut and not rounded.
             */
            share: number;
            /** @description `present`, `late` or `below`; `absent`, where the rule tells that apart. */
            verdict: string;
        };
        /** @description A person. */
        AttendanceRow: {
            /** @description The own id; without one, the participant's. */
            key: string;
            /** @description The latest name; missing when it was erased, or is not for the reader. */
            name?: string;
            /** @description The caller's own id for the person. */
            own_id?: string;
            /** @description The latest preset. */
            preset?: string;
            /** @description The participants that are this person. */
            participants: string[];
            /** @description One a session, in their order. */
            cells: components["schemas"]["AttendanceLine"][];
            /** @description All together. Late is whoever was present in all and late in one. */
            total: components["schemas"]["AttendanceLine"];
        };
        /** @description What counts as being there. */
        AttendanceRule: {
            /**
             * Format: int64
             * @description Percent of the window from which somebody counts as present.
             */
            share: number;
            /**
             * Format: int64
             * @description Seconds between two stays that count as time in the room, at most.
             */
            gap: number;
            /**
             * Format: int64
             * @description Seconds after the begin of the window; whoever comes later is late.
             */
            late: number;
            /** @description Whether the time counts in which a connection was lost and came back. */
            away: boolean;
            /** @description Whether whoever was invited and never came is listed, and not being there is `absent`. */
            absent?: boolean;
            /** @description Presets whose holders are left out. */
            without_presets: string[];
            /**
             * Format: date-time
             * @description Begin of the window of a session; of a meeting: sessions that started then or later.
             */
            from?: string;
            /**
             * Format: date-time
             * @description End of the window of a session; of a meeting: sessions that started then or earlier.
             */
            to?: string;
        };
        /** @description A session of a report. */
        AttendanceSession: {
            /** @description Id. */
            id: string;
            /** @description Its meeting. */
            meeting_id: string;
            /** @description Title; frozen at the end. */
            title: string;
            /** @description `LIVE` or `ENDED`. */
            status: string;
            /**
             * Format: int64
             * @description First join.
             */
            started_at: number;
            /**
             * Format: int64
             * @description When it ended.
             */
            ended_at?: number;
            /**
             * Format: int64
             * @description Begin of the window.
             */
            from: number;
            /**
             * Format: int64
             * @description End of the window.
             */
            to: number;
            /**
             * Format: int64
             * @description The instant of the answer; of an ended session, its end.
             */
            as_of: number;
            /** @description What it was counted from, where that was asked for. */
            people?: components["schemas"]["Attendee"][];
        };
        /** @description How many people came to what. */
        AttendanceVerdicts: {
            /** @description There for long enough, and in time. */
            present: number;
            /** @description There for long enough, and late. */
            late: number;
            /** @description Not there for long enough. */
            below: number;
            /** @description Not there at all, where the rule tells that apart. */
            absent: number;
        };
        /** @description A participant of a session and its stays. */
        Attendee: {
            /** @description The participant. */
            participant: string;
            /** @description Name at the latest join; missing when it was erased. */
            name?: string;
            /** @description The caller's own id for the person. */
            own_id?: string;
            /** @description Preset at the latest join. */
            preset?: string;
            /** @description Intervals in the room. */
            stays: components["schemas"]["AttendeeStay"][];
        };
        /** @description A stay. */
        AttendeeStay: {
            /**
             * Format: int64
             * @description Entered.
             */
            from: number;
            /**
             * Format: int64
             * @description Left, or since when its connection is lost; missing while it goes on.
             */
            to?: number;
            /** @description Nobody has left. */
            open: boolean;
            /** @description When its connection was lost and came back, `[from, to]`. */
            away: number[][];
        };
        /** @description What is told of a session, and what its facts say. */
        Audit: {
            /** @description Facts that were folded: all that the ledger has of the session. */
            facts: number;
            /**
             * Format: int64
             * @description Sequence number of the first.
             */
            first_seq: number;
            /**
             * Format: int64
             * @description And of the last.
             */
            last_seq: number;
            /**
             * Format: int64
             * @description The instant up to which minutes are counted, milliseconds since 1970; of an ended session, its end.
             */
            as_of: number;
            /** @description As lists and reports tell it. */
            told: components["schemas"]["AuditNumbers"];
            /** @description As the facts say. */
            folded: components["schemas"]["AuditNumbers"];
            /**
             * Format: int64
             * @description The sum of all stays, one by one, in milliseconds.
             */
            stays_ms: number;
            /** @description Names of what differs; `stays_ms` when the sum is not what is told. Empty = the record is what its facts say. */
            differs: string[];
            /** @description A fact that cannot follow the ones before it, in words. */
            fault?: string;
        };
        /** @description A session in numbers. */
        AuditNumbers: {
            /**
             * Format: int64
             * @description First join, milliseconds since 1970.
             */
            started_at: number;
            /**
             * Format: int64
             * @description When it ended; `null` while LIVE.
             */
            ended_at?: number | null;
            /** @description Why. */
            end_reason?: string | null;
            /**
             * Format: int64
             * @description Latest join, leave, title change or end.
             */
            updated_at: number;
            /**
             * Format: int32
             * @description Stays ever.
             */
            stays: number;
            /**
             * Format: int32
             * @description Peers connected.
             */
            live_participants: number;
            /**
             * Format: int32
             * @description Most peers connected at a time.
             */
            max_concurrent_participants: number;
            /**
             * Format: int64
             * @description Participant-time up to `as_of` in milliseconds.
             */
            consumed_ms: number;
        };
        /** @description An app to choose. */
        ConsoleApp: {
            /** @description Id. */
            id: string;
            /** @description Name. */
            name: string;
        };
        /** @description Who is signed in, and what there is for them. */
        ConsoleSession: {
            /** @description The token that it stands for. */
            token: components["schemas"]["ConsoleToken"];
            /** @description Its account. */
            account_id: string;
            /** @description Apps of the account, newest first; at most 100. */
            apps: components["schemas"]["ConsoleApp"][];
            /** @description `read` or `full`. */
            mode: string;
            /** @description It only looks, because whoever signed in wanted it so. */
            look_only: boolean;
            /** @description What this server has of what the console could show. */
            features: string[];
            /**
             * Format: int64
             * @description Milliseconds for which a lost connection may come back and continue its stay.
             */
            reconnect_grace_ms: number;
            /**
             * Format: date-time
             * @description When it ends at the latest.
             */
            expires_at: string;
            /**
             * Format: date-time
             * @description The server's clock.
             */
            now: string;
        };
        /** @description A sign-in: with a token, or with the secret of a link that was printed. */
        ConsoleSignIn: {
            /** @description An API token with permission Realtime or Realtime Admin. */
            token?: string | null;
            /** @description The secret of a link, instead. */
            once?: string | null;
            /** @description Only look: the sign-in changes nothing, whatever the token may. */
            look_only?: boolean | null;
        };
        /** @description Somebody who is signed in. */
        ConsoleSignedIn: {
            /** @description Names it, and is of no use for anything else. */
            id: string;
            /** @description Its token. */
            token_id: string;
            /** @description With which browser, as far as that said; may be empty. */
            browser: string;
            /** @description It may look, whatever the token may. */
            look_only: boolean;
            /**
             * Format: date-time
             * @description When somebody signed in.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last used, to the minute.
             */
            last_seen_at: string;
            /**
             * Format: date-time
             * @description When it ends if nobody uses it again.
             */
            expires_at: string;
            /** @description Whether this request was made with it. */
            own: boolean;
        };
        /** @description Who is signed in. */
        ConsoleSignedIns: {
            /** @description The one that was used last first. */
            sessions: components["schemas"]["ConsoleSignedIn"][];
        };
        /** @description A token, without its text. */
        ConsoleToken: {
            /** @description Id, as `token list` has it. */
            id: string;
            /** @description Name. */
            name: string;
            /** @enum {string} */
            permission: "none" | "realtime" | "realtime_admin";
            /** @description Whether it has the right to the server itself. */
            server: boolean;
        };
        /** @description A code and a message. */
        ErrorItem: {
            /**
             * Format: int32
             * @description HTTP status; 10000 for authentication failures in `errors`.
             */
            code: number;
            /** @description In words. */
            message: string;
        };
        /** @description One change. */
        Event: {
            /**
             * Format: int64
             * @description Sequence number in the ledger, greater than that of every change before it; not without gaps.
             */
            seq: number;
            /** @description What happened. */
            type: string;
            /**
             * Format: date-time
             * @description When it was true. A lost connection is recorded after the reconnect grace, with the instant of the loss.
             */
            at: string;
            /** @description The app. */
            app_id: string;
            /** @description The meeting. */
            meeting_id: string;
            /** @description The session. */
            session_id: string;
            /** @description Why the peer left or the session ended. */
            reason?: string;
            /**
             * Format: int64
             * @description Milliseconds that the session stays LIVE after the last leave, when it starts and when that changes.
             */
            keep_alive_ms?: number;
            /** @description The peer that joined, was lost, came back or left. */
            peer?: components["schemas"]["FeedPeer"];
            /** @description The session after the change. */
            session: components["schemas"]["FeedSession"];
        };
        /** @description A page of changes, oldest first. */
        Events: {
            /** @description The changes. */
            events: components["schemas"]["Event"][];
            /**
             * Format: int64
             * @description `after` of the next request. It moves on also when the filter hides everything.
             */
            next_after: number;
            /** @description More may be there already; else the page reached the end. */
            has_more: boolean;
            /**
             * Format: int64
             * @description Sequence number of the ledger's last fact, whichever app it belongs to.
             */
            last_seq: number;
        };
        /** @description The feed ends here; go on with `Last-Event-ID`. */
        FeedCut: {
            /** @description `slow_reader`, `server_stopping`, `token_revoked` or `internal`. */
            reason: string;
            /**
             * Format: int64
             * @description Everything wanted up to this sequence number was told.
             */
            seq: number;
        };
        /** @description A connection of a participant. */
        FeedPeer: {
            /** @description The peer, as RealtimeKit has it: unique in its session. The same client may come again in another one. */
            id: string;
            /** @description The stay, as Pagecall has it, whose session it is: no other one has this id, of whatever session. */
            stay_id: string;
            /** @description Who. */
            participant_id: string;
            /** @description `member` or `monitor`. */
            role: string;
            /**
             * Format: date-time
             * @description When it entered.
             */
            joined_at: string;
            /**
             * Format: date-time
             * @description Since when its connection is lost; it may still come back.
             */
            away_since?: string;
            /**
             * Format: date-time
             * @description When it left.
             */
            left_at?: string;
            /**
             * Format: double
             * @description Length of the stay, once it has ended.
             */
            duration?: number;
            /** @description Name at the join; absent when it was erased. */
            display_name?: string;
            /** @description Preset at the join. */
            preset_name?: string;
            /** @description The caller's own identifier for the person. */
            custom_participant_id?: string;
        };
        /** @description The numbers of a session. */
        FeedSession: {
            /** @description `LIVE` or `ENDED`. */
            status: string;
            /** @description Title of the meeting; frozen at the end. */
            title: string;
            /**
             * Format: date-time
             * @description First join.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it ended; absent while LIVE.
             */
            ended_at?: string;
            /**
             * Format: int32
             * @description Peers connected.
             */
            live_participants: number;
            /**
             * Format: int32
             * @description Most peers connected at a time so far.
             */
            max_concurrent_participants: number;
            /**
             * Format: int32
             * @description Peers whose time runs: those connected and not away. Their minutes grow after `as_of`.
             */
            counting_participants: number;
            /**
             * Format: double
             * @description Participant-minutes up to `as_of`.
             */
            minutes_consumed: number;
            /**
             * Format: date-time
             * @description The instant for which the minutes are exact.
             */
            as_of: string;
            /**
             * Format: date-time
             * @description When it ends if nobody comes, a little later if breakout rooms of it are LIVE then; only while it is LIVE with nobody in it.
             */
            ends_at?: string;
            /** @description The session that this one is a breakout room of. */
            breakout_of?: string;
        };
        /** @description Who is in which session; the changes after `seq` follow. A large one comes in parts. */
        FeedSnapshot: {
            /**
             * Format: int64
             * @description Every change up to this sequence number is in it, none after it.
             */
            seq: number;
            /** @description The app. */
            app_id: string;
            /** @description LIVE sessions, oldest first. */
            sessions: components["schemas"]["FeedSnapshotSession"][];
            /** @description False when more parts follow. */
            complete: boolean;
        };
        /** @description A LIVE session. */
        FeedSnapshotSession: {
            /** @description The session. */
            session_id: string;
            /** @description The meeting. */
            meeting_id: string;
            /** @description Its numbers. */
            session: components["schemas"]["FeedSession"];
            /** @description Who is connected, in order of joining. */
            peers: components["schemas"]["FeedPeer"][];
        };
        /** @description Error body. `success` and `error` are the RealtimeKit form; `errors`, `messages` and `result` the Cloudflare one. */
        KitError: {
            /** @description Always false. */
            success: boolean;
            /** @description What is wrong. */
            error: components["schemas"]["ErrorItem"];
            /** @description The same in the form of Cloudflare v4. */
            errors: components["schemas"]["ErrorItem"][];
            /** @description Empty. */
            messages: string[];
            /** @description Null. */
            result?: Record<string, never> | null;
        };
        /** @description Lost connections an hour of presence. */
        Losses: {
            /**
             * Format: double
             * @description Half of the people lost no more connections an hour of presence; `null` = nobody was there.
             */
            median_per_hour?: number | null;
            /** @description People who were looked at. */
            people: number;
            /** @description Stays that were looked at. */
            stays: number;
            /** @description These are all stays; else the 20 000 that were recorded last. */
            is_all: boolean;
        };
        /** @description A rule as it is asked for; what is missing is as in the report that nobody says anything of. */
        NewAttendanceRule: {
            /**
             * Format: int64
             * @description Percent of the window from which somebody counts as present; 80 when not given.
             */
            share?: number | null;
            /**
             * Format: int64
             * @description Seconds between two stays that count as time in the room, at most; 120 when not given.
             */
            gap?: number | null;
            /**
             * Format: int64
             * @description Seconds after the begin of the window, from which whoever comes is late; 600 when not given.
             */
            late?: number | null;
            /** @description Whether the time counts in which a connection was lost and came back; true when not given. */
            away?: boolean | null;
            /** @description Whether whoever was invited and never came is listed, and not being there is `absent`; false when not given. */
            absent?: boolean | null;
            /** @description Presets whose holders are left out. */
            without_presets?: string[] | null;
            /** @description Begin of the window of a session; of a meeting: sessions that started then or later. ISO 8601. */
            from?: string | null;
            /** @description End of the window of a session; of a meeting: sessions that started then or earlier. ISO 8601. */
            to?: string | null;
        };
        /** @description A link to make. */
        NewShare: {
            /** @description What is shared. */
            kind: components["schemas"]["ShareKind"];
            /** @description Of this session, or … */
            session_id?: string | null;
            /** @description … of those of this meeting, also of those to come. */
            meeting_id?: string | null;
            rule?: components["schemas"]["NewAttendanceRule"] | null;
            /** @description Whether people are told by their names as well; true when not given. */
            names?: boolean | null;
            /** @description It counts no more from then on; in 30 days when not given, in 366 days at the latest. */
            expires_at?: string | null;
        };
        /** @description A link to exchange. */
        OpenShare: {
            /** @description What is behind the `#` of the link. */
            secret: string;
        };
        /** @description What a link is to. */
        OpenedShare: {
            /** @description The share. */
            id: string;
            /** @description `attendance`. */
            kind: string;
            /** @description People are told by their names as well. */
            names: boolean;
            /**
             * Format: date-time
             * @description It counts no more from then on.
             */
            expires_at: string;
        };
        /** @description A page of the people of an app. */
        People: {
            /** @description Who came last first. */
            people: components["schemas"]["PersonOfApp"][];
            /** @description How many there are. */
            total: number;
            /** @description Nobody was left out; else those who came last were looked at. */
            is_all: boolean;
        };
        /** @description A person over all sessions. */
        Person: {
            /** @description What was asked for. */
            key: string;
            /** @description Names at joins, the latest first, each once; at most ten. Those that were erased are missing. */
            names: string[];
            /** @description The caller's own identifier, of the latest stay that has one. */
            custom_participant_id?: string;
            /** @description The workspace's user, of the latest stay that has one. */
            user_id?: string;
            /** @description Sessions. */
            sessions: number;
            /** @description Stays. */
            stays: number;
            /** @description Stays that go on. */
            open: number;
            /** @description Stays that ended because the connection was lost, or the server was. */
            lost: number;
            /**
             * Format: double
             * @description Minutes of all stays.
             */
            minutes: number;
            /**
             * Format: date-time
             * @description The first join.
             */
            first_joined_at: string;
            /**
             * Format: date-time
             * @description The latest join.
             */
            last_joined_at: string;
            /** @description The zone of the days. */
            tz: string;
            /** @description Days with presence, oldest first; the latest 3660 at most. Each minute counts on the day on which it was. */
            days: components["schemas"]["PersonDay"][];
            /** @description These are all stays; else the 20 000 that were recorded last. */
            is_all: boolean;
        };
        /** @description A day with presence. */
        PersonDay: {
            /** @description The day, `YYYY-MM-DD` in the zone. */
            day: string;
            /**
             * Format: int64
             * @description Stays that were open on it.
             */
            stays: number;
            /**
             * Format: double
             * @description Minutes on it.
             */
            minutes: number;
        };
        /** @description Somebody who was in a session of the app. */
        PersonOfApp: {
            /** @description What the person is known by: the caller's own id, else the user, else the participant. */
            key: string;
            /** @description Name at the latest join. */
            display_name: string;
            /** @description The caller's own identifier. */
            custom_participant_id?: string;
            /** @description The workspace's user. */
            user_id?: string;
            /** @description Participant of the latest stay. */
            participant_id: string;
            /**
             * Format: int64
             * @description Stays over all sessions.
             */
            stays: number;
            /**
             * Format: date-time
             * @description The latest join.
             */
            joined_at: string;
        };
        /** @description A stay. */
        PersonStay: {
            /** @description Its session. */
            session_id: string;
            /** @description The meeting. */
            meeting_id: string;
            /** @description Title of the session. */
            title: string;
            /** @description The participant. */
            participant_id: string;
            /** @description Name at the join; missing when it was erased. */
            display_name?: string;
            /** @description Preset at the join. */
            preset_name?: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            joined_at: string;
            /** @description When it ended; missing while it goes on. */
            left_at?: string;
            /** @description Why it ended. */
            reason?: string;
            /**
             * Format: double
             * @description Its minutes, so far.
             */
            minutes: number;
        };
        /** @description A page of a person's stays. */
        PersonStays: {
            /** @description The latest joins first. */
            stays: components["schemas"]["PersonStay"][];
            /** @description How many there are. */
            total: number;
            /** @description These are all stays; else the 20 000 that were recorded last. */
            is_all: boolean;
        };
        /** @description A preset. */
        PresetCount: {
            /** @description Name. */
            name: string;
            /** @description Participants who had it. */
            people: number;
        };
        /** @description People who were not let in. */
        Refusals: {
            /** @description Why, as the metrics have it. */
            kind: string;
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
        };
        /** @description What a room's webhook is told. */
        RoomWebhookTestRequest: {
            event?: ("sessionJoined" | "sessionLeft") | null;
        };
        /** @description Sessions that started in a time. */
        SessionCount: {
            /**
             * Format: date-time
             * @description Its first instant.
             */
            from: string;
            /**
             * Format: date-time
             * @description The first instant after it.
             */
            to: string;
            /**
             * Format: int64
             * @description How many.
             */
            sessions: number;
        };
        /** @description Sessions by when they started. */
        SessionCounts: {
            /** @description The zone. */
            tz: string;
            /** @description How long a bucket is. */
            by: string;
            /** @description From that of the first session to that of now, or of `end_time`, without a gap. */
            buckets: components["schemas"]["SessionCount"][];
            /**
             * Format: int64
             * @description All sessions that the filter passes and that have started.
             */
            total: number;
        };
        /** @description A link to a report. */
        Share: components["schemas"]["SharedReport"] & {
            /** @description Id. */
            id: string;
            /** @description `attendance`. */
            kind: string;
            /** @description People are told by their names as well; else by their own ids alone. */
            names: boolean;
            /** @description Id of the token that made it. */
            made_by: string;
            /**
             * Format: date-time
             * @description Created.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description It counts no more from then on.
             */
            expires_at: string;
            /**
             * Format: date-time
             * @description Last use, to the minute.
             */
            last_used_at?: string;
            /** @description The link, in the answer to its making alone. */
            url?: string;
        };
        /**
         * @description Kinds of reports.
         * @enum {string}
         */
        ShareKind: "attendance";
        /** @description What a share is of. Kept so. */
        SharedReport: {
            /** @description Of this session, or … */
            session_id?: string;
            /** @description … of those of this meeting. */
            meeting_id?: string;
            /** @description What counts. */
            rule: components["schemas"]["AttendanceRule"];
        };
        /** @description Shares of an app. */
        Shares: {
            /** @description Newest first. */
            shares: components["schemas"]["Share"][];
        };
        /** @description The server. */
        System: {
            /** @description Version of the program. */
            version: string;
            /**
             * Format: date-time
             * @description Start of the process.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description The server's clock.
             */
            now: string;
            /** @description Open connections, web sockets included. */
            connections: number;
            /**
             * Format: date-time
             * @description Until when the certificate is good; `null` = this server speaks no TLS.
             */
            certificate_until?: string | null;
            /** @description The ledger. */
            ledger: components["schemas"]["SystemLedger"];
            disk?: components["schemas"]["SystemDisk"] | null;
            /** @description The index of session lists. */
            index: components["schemas"]["SystemIndex"];
            /** @description Who was not let into a room in the last hour, by cause, most first; since the start, if that was later. */
            refused: components["schemas"]["Refusals"][];
            verified?: components["schemas"]["SystemVerified"] | null;
            /** @description The settings in force; what would be a secret has no value here. */
            settings: components["schemas"]["SystemSetting"][];
        };
        /** @description The indexes of all apps. */
        SystemArchive: {
            /** @description Apps that have one; a small app is answered without. */
            apps: components["schemas"]["SystemArchiveApp"][];
            running?: components["schemas"]["SystemArchiveRunning"] | null;
            last?: components["schemas"]["SystemArchiveLast"] | null;
        };
        /** @description The index of an app. */
        SystemArchiveApp: {
            /** @description The app. */
            app_id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Sessions in its files.
             */
            sessions_sealed: number;
            /**
             * Format: int64
             * @description Sessions that ended since.
             */
            sessions_unsealed: number;
            /**
             * Format: int64
             * @description Bytes of its files.
             */
            bytes: number;
            /** @description Why it cannot be used as it is; `null` = it is well. */
            fault?: string | null;
        };
        /** @description A build that has ended. */
        SystemArchiveLast: {
            /** @description The app. */
            app_id: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at: string;
            /** @description Why it could not go on; `null` = it is built. */
            error?: string | null;
        };
        /** @description A build under way. */
        SystemArchiveRunning: {
            /** @description The app. */
            app_id: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /**
             * Format: int64
             * @description Sessions that are in it.
             */
            sessions: number;
            /**
             * Format: int64
             * @description Sessions in all; 0 until they were counted.
             */
            sessions_all: number;
        };
        /** @description Times of the last writes. */
        SystemCommit: {
            /** @description How many they are; at most 1024. */
            count: number;
            /**
             * Format: double
             * @description Half of them took no longer, milliseconds.
             */
            p50_ms: number;
            /**
             * Format: double
             * @description Ninety-nine of a hundred took no longer, milliseconds.
             */
            p99_ms: number;
            /**
             * Format: double
             * @description The longest, milliseconds.
             */
            longest_ms: number;
        };
        /** @description The disk. */
        SystemDisk: {
            /**
             * Format: int64
             * @description Free for this server.
             */
            free_bytes: number;
            /**
             * Format: int64
             * @description In all.
             */
            total_bytes: number;
            /**
             * Format: int64
             * @description What the ledger grew by a day, over the last seven; `null` = it is younger than a day.
             */
            growth_bytes_per_day?: number | null;
            /**
             * Format: int64
             * @description Days until the disk is full if it goes on so; `null` = not known, or it does not grow.
             */
            days_left?: number | null;
        };
        /** @description The index of session lists: of all apps. */
        SystemIndex: {
            /**
             * Format: int64
             * @description Apps that have one.
             */
            apps: number;
            /**
             * Format: int64
             * @description Sessions in its files.
             */
            sessions_sealed: number;
            /**
             * Format: int64
             * @description Sessions beside them in memory.
             */
            sessions_in_memory: number;
            /**
             * Format: int64
             * @description Indexes that were found damaged, and are built anew.
             */
            set_aside: number;
            /**
             * Format: int64
             * @description Failures of building; each is tried again.
             */
            failures: number;
        };
        /** @description The ledger. */
        SystemLedger: {
            /**
             * Format: int64
             * @description Number of the last fact.
             */
            last_fact: number;
            /**
             * Format: int64
             * @description Facts of the last 24 hours.
             */
            facts_last_day: number;
            /**
             * Format: int64
             * @description Size of the file.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Size of its log (the WAL), which is folded into it now and then.
             */
            log_bytes: number;
            commit?: components["schemas"]["SystemCommit"] | null;
            /**
             * Format: int64
             * @description Writes that wait for the disk.
             */
            writes_waiting: number;
            /** @description Writes that may wait. */
            writes_waiting_max: number;
            /** @description The disk is so far behind that nobody new is let in. */
            behind: boolean;
            /** @description Why nothing can be written now. */
            trouble?: string | null;
        };
        /** @description A setting in force. */
        SystemSetting: {
            /** @description Its key in the configuration file. */
            key: string;
            /** @description Its value as TOML; `null` = not set, or a secret. */
            value?: string | null;
            /** @description Where it comes from: `default`, `file …`, `environment` or `flag`. */
            origin: string;
            /** @description It has a value that is not told. */
            secret: boolean;
        };
        /** @description A check of the ledger. */
        SystemVerified: {
            /**
             * Format: date-time
             * @description When it ended.
             */
            at: string;
            /**
             * Format: int64
             * @description Facts that were folded.
             */
            facts: number;
            /**
             * Format: int64
             * @description Differences that were found.
             */
            difference_count: number;
        };
        /** @description The check that runs, and the last one that has ended since the start of the server. */
        SystemVerify: {
            running?: components["schemas"]["SystemVerifyRunning"] | null;
            last?: components["schemas"]["SystemVerifyLast"] | null;
        };
        /** @description A check that has ended. */
        SystemVerifyLast: {
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at: string;
            /** @description `equal`: everything is what the facts say. `differs`, `stopped`, `failed`: it could not go on. */
            result: string;
            /**
             * Format: int64
             * @description Facts that were folded.
             */
            facts: number;
            /**
             * Format: int64
             * @description Sessions that were compared.
             */
            sessions: number;
            /**
             * Format: int64
             * @description Stays that were compared.
             */
            stays: number;
            /**
             * Format: int64
             * @description Differences that were found.
             */
            difference_count: number;
            /** @description The first of them in words; `sederunt verify` tells all. */
            differences: string[];
            /** @description Why it could not go on. */
            error?: string | null;
        };
        /** @description A check under way. */
        SystemVerifyRunning: {
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /**
             * Format: int64
             * @description Facts that were folded.
             */
            facts: number;
            /**
             * Format: int64
             * @description Facts in all; 0 while the file itself is looked at.
             */
            facts_all: number;
        };
        /** @description A session, and what happened in it. All instants are milliseconds since 1970 in UTC, in the session's own time. */
        Timeline: {
            /** @description The session. */
            session: components["schemas"]["TimelineSession"];
            /** @description People in order of their first join: those of this answer. */
            people: components["schemas"]["TimelinePerson"][];
            /** @description Their stays, in order of joining. */
            stays: components["schemas"]["TimelineStay"][];
            /** @description What happened to the session itself, in order of recording. */
            events: components["schemas"]["TimelineEvent"][];
            /** @description How many peers were connected from an instant on, `[instant, number]`, oldest first; at most some 2000. */
            curve: number[][];
            /**
             * Format: int64
             * @description Sequence number of the session's last fact: everything up to it is in the answer.
             */
            seq: number;
            /**
             * Format: int64
             * @description `after` of the next request, when there are more people.
             */
            next?: number;
        };
        /** @description A loss of the connection within a stay. */
        TimelineAway: {
            /**
             * Format: int64
             * @description Lost.
             */
            from: number;
            /**
             * Format: int64
             * @description The fact that says so.
             */
            seq: number;
            /**
             * Format: int64
             * @description Back; missing when it is not, or not yet.
             */
            to?: number;
            /**
             * Format: int64
             * @description The fact that says so.
             */
            back_seq?: number;
        };
        /** @description Something that happened to the session itself. */
        TimelineEvent: {
            /**
             * Format: int64
             * @description Sequence number in the ledger.
             */
            seq: number;
            /**
             * Format: int64
             * @description When it was true.
             */
            at: number;
            /** @description What happened. */
            type: string;
            /** @description Why it ended. */
            reason?: string;
            /** @description The title from then on. */
            title?: string;
            /**
             * Format: int64
             * @description Milliseconds that the session stays LIVE after the last leave, from then on.
             */
            keep_alive_ms?: number;
        };
        /** @description A participant of a session, by the names of the latest stay. */
        TimelinePerson: {
            /** @description The participant. */
            id: string;
            /** @description Name at the join; missing when it was erased. */
            display_name?: string;
            /** @description The caller's own identifier for the person. */
            custom_participant_id?: string;
            /** @description The user of the workspace. */
            user_id?: string;
            /** @description Preset at the join. */
            preset_name?: string;
            /** @description `member` or `monitor`. */
            role: string;
        };
        /** @description A session in numbers. */
        TimelineSession: {
            /** @description Id. */
            id: string;
            /** @description Its meeting. */
            meeting_id: string;
            /** @description Title; frozen at the end. */
            title: string;
            /** @description `LIVE` or `ENDED`. */
            status: string;
            /**
             * Format: int64
             * @description First join.
             */
            started_at: number;
            /**
             * Format: int64
             * @description When it ended.
             */
            ended_at?: number;
            /** @description Why. */
            end_reason?: string;
            /** @description Different participants. */
            people: number;
            /**
             * Format: int32
             * @description Stays.
             */
            stays: number;
            /**
             * Format: int32
             * @description Peers connected.
             */
            live_participants: number;
            /**
             * Format: int32
             * @description Most peers connected at a time.
             */
            max_concurrent_participants: number;
            /**
             * Format: int64
             * @description Since when there were so many, for the first time.
             */
            peak_at?: number;
            /** @description People whose connection was lost at least once. */
            with_a_loss: number;
            /** @description People who were removed at least once. */
            removed: number;
            /**
             * Format: double
             * @description Participant-minutes up to `as_of`.
             */
            minutes_consumed: number;
            /**
             * Format: int64
             * @description The instant of the answer; of an ended session, its end.
             */
            as_of: number;
        };
        /** @description A recorded interval of one peer. */
        TimelineStay: {
            /** @description The peer. */
            peer: string;
            /** @description Whose: an id of `people`. */
            person: string;
            /**
             * Format: int64
             * @description Entered.
             */
            joined_at: number;
            /**
             * Format: int64
             * @description The fact that says so.
             */
            joined_seq: number;
            /**
             * Format: int64
             * @description Left; missing while open.
             */
            left_at?: number;
            /**
             * Format: int64
             * @description The fact that says so.
             */
            left_seq?: number;
            /** @description Why it ended. */
            reason?: string;
            /** @description When its connection was lost for a while, oldest first. */
            away: components["schemas"]["TimelineAway"][];
        };
        /** @description What an app's sessions came to. */
        Usage: {
            /** @description The zone. */
            tz: string;
            /** @description How long a row is. */
            by: string;
            /** @description Where minutes count. */
            split: string;
            /**
             * Format: date-time
             * @description Until when LIVE sessions were counted.
             */
            as_of: string;
            /** @description In order, without a gap. */
            rows: components["schemas"]["UsageRow"][];
            /** @description All of them together: who was there in several is one of its people, and its peak is the highest. */
            sum: components["schemas"]["UsageRow"];
            /** @description What the other rule would count at the edges of the range. */
            edges: components["schemas"]["UsageEdges"];
        };
        /** @description Minutes that one rule counts and the other does not. */
        UsageEdges: {
            /**
             * Format: double
             * @description Minutes in the range of sessions that began before it: `midnight` alone counts them.
             */
            before: number;
            /**
             * Format: double
             * @description Minutes after the range of sessions that began in it: `start` alone counts them.
             */
            after: number;
        };
        /** @description What a stretch came to. */
        UsageRow: {
            /**
             * Format: date-time
             * @description Its first instant.
             */
            from: string;
            /**
             * Format: date-time
             * @description The first instant after it.
             */
            to: string;
            /**
             * Format: double
             * @description How long it is: a day may have 23 or 25.
             */
            hours: number;
            /**
             * Format: int64
             * @description Sessions that began in it.
             */
            sessions: number;
            /**
             * Format: int64
             * @description Their stays; when minutes are split, the stays that began in it.
             */
            stays: number;
            /**
             * Format: int64
             * @description Different people, by the caller's own id, else the user, else the participant; `null` when they were not asked for, or when
             *     there are more stays than can be looked through.
             */
            people?: number | null;
            /**
             * Format: double
             * @description Participant-minutes.
             */
            minutes: number;
            /**
             * Format: int32
             * @description The most people connected at a time in one session.
             */
            peak: number;
        };
        /** @description One request. */
        WebhookAttempt: {
            /**
             * Format: date-time
             * @description When it began.
             */
            at: string;
            /**
             * Format: int32
             * @description 1 for the first; one that only asks whether the receiver is back does not count on.
             */
            attempt: number;
            /**
             * Format: int32
             * @description Status of HTTP; `null` = no answer came.
             */
            status?: number | null;
            /** @description Where it ended without an answer: `refused`, `dns`, `connect`, `tls`, `write`, `head` or `stopped`. */
            phase?: string | null;
            /**
             * Format: int64
             * @description How long it took.
             */
            latency_ms: number;
            /** @description How the answer's body began, of an attempt that failed. */
            excerpt?: string | null;
        };
        /** @description How far a webhook is behind. */
        WebhookBehind: {
            /**
             * Format: int64
             * @description Changes of the app that it has not been through, wanted or not; 10000 = so many, or more.
             */
            facts: number;
            /**
             * Format: int64
             * @description How long ago the first of them happened.
             */
            seconds: number;
        };
        /** @description A page of deliveries. */
        WebhookDeliveries: {
            /** @description The newest fact first. A page may be short, or empty, though there are more. */
            deliveries: components["schemas"]["WebhookDelivery"][];
            /** @description `before` of the next page; `null` = there is nothing more. */
            next_before?: string | null;
            /** @description There may be more. */
            has_more: boolean;
        };
        /** @description An event on its way to a receiver. */
        WebhookDelivery: {
            /** @description `<sequence>-<part>`, and `-<replay>` behind it where a replay sends it: a fact may make more than one event. */
            id: string;
            /**
             * Format: int64
             * @description Sequence number of the fact, `id` of the feed.
             */
            sequence: number;
            /**
             * Format: int32
             * @description Number of the replay that sends it; `null` = none.
             */
            replay?: number | null;
            /**
             * @description The id that its requests have, the same on every attempt: `rtk-uuid` and `webhook-id`. `null` = of a replay that is
             *     forgotten.
             */
            rtk_uuid?: string | null;
            /** @description The event: `meeting.started` …; of a room's webhook `sessionJoined` or `sessionLeft`. */
            event: string;
            /** @description The meeting. */
            meeting_id: string;
            /** @description The session. */
            session_id: string;
            /** @enum {string} */
            state: "waiting" | "delivered" | "failed" | "unknown";
            /**
             * Format: date-time
             * @description When the next attempt is due, while it waits.
             */
            next_attempt_at?: string | null;
            /** @description The newest attempts, in order of time: 16 of them in a list, 256 of a single delivery. */
            attempts: components["schemas"]["WebhookAttempt"][];
            /**
             * Format: int64
             * @description All attempts that are in the log.
             */
            attempts_total: number;
        };
        /** @description A delivery, and its request. */
        WebhookDeliveryWhole: {
            /** @description What became of it. */
            delivery: components["schemas"]["WebhookDelivery"];
            /** @description The request as it would be sent now: the same body, signed with the keys of now. */
            request: components["schemas"]["WebhookRequest"];
        };
        /** @enum {string} */
        WebhookEventName: "meeting.started" | "meeting.ended" | "meeting.participantJoined" | "meeting.participantLeft" | "meeting.chatSynced" | "recording.statusUpdate" | "livestreaming.statusUpdate" | "meeting.transcript" | "meeting.summary";
        /** @description What attempts came to. */
        WebhookLastHour: {
            /**
             * Format: date-time
             * @description From when on they are counted.
             */
            since: string;
            /**
             * Format: int64
             * @description Those that delivered.
             */
            delivered: number;
            /**
             * Format: int64
             * @description Those that failed.
             */
            failed: number;
            /**
             * Format: int64
             * @description Of those, the ones after which nothing follows.
             */
            failed_for_good: number;
            /**
             * Format: double
             * @description The part that delivered, 0 to 1; `null` = there was none, or the log keeps failures alone.
             */
            success_rate?: number | null;
            /**
             * Format: int64
             * @description The median latency of those that delivered.
             */
            p50_ms?: number | null;
            /**
             * Format: int64
             * @description The 95th percentile of the same.
             */
            p95_ms?: number | null;
        };
        /** @description A range of sequence numbers, to replay when the webhook is on again. */
        WebhookMissed: {
            /**
             * Format: int64
             * @description The first.
             */
            from: number;
            /**
             * Format: int64
             * @description The last so far.
             */
            to: number;
        };
        /** @description A range of facts that a webhook is told once more. */
        WebhookReplay: {
            /**
             * Format: int32
             * @description 1 for the first of its webhook; `sederunt-replay` of its requests.
             */
            number: number;
            /** @enum {string} */
            state: "running" | "done" | "stopped" | "given_up";
            /**
             * Format: int64
             * @description The first fact; one of this app.
             */
            from_sequence: number;
            /**
             * Format: int64
             * @description The last fact; one of this app.
             */
            to_sequence: number;
            /**
             * Format: int64
             * @description Everything up to this fact is settled, or waits; `null` = it does not run.
             */
            done_sequence?: number | null;
            /** @description Only what failed for good before. */
            only_failed: boolean;
            /** @description Its events have ids of their own. */
            new_ids: boolean;
            /** @description Which events; `null` = those that the webhook lists. */
            events?: string[] | null;
            /**
             * Format: int64
             * @description Events that were delivered.
             */
            sent: number;
            /**
             * Format: int64
             * @description Events that failed for good.
             */
            failed: number;
            /**
             * Format: date-time
             * @description When it began.
             */
            created_at: string;
        };
        /** @description A replay that has begun. */
        WebhookReplayBegun: {
            /** @description The replay. */
            replay: components["schemas"]["WebhookReplay"];
            /**
             * Format: int64
             * @description Events that it sends at most: as many as its facts may make. Beyond 100000 facts it is a rough bound.
             */
            estimated: number;
        };
        /** @description What is told once more: a range of sequence numbers, or of time. */
        WebhookReplayRequest: {
            /**
             * Format: int64
             * @description The first fact; with `to_sequence`.
             */
            from_sequence?: number | null;
            /**
             * Format: int64
             * @description The last fact; with `from_sequence`.
             */
            to_sequence?: number | null;
            /**
             * Format: date-time
             * @description What happened from then on, RFC 3339; with `to`.
             */
            from?: string | null;
            /**
             * Format: date-time
             * @description What happened up to then; with `from`.
             */
            to?: string | null;
            /**
             * @description Only what failed for good and was not delivered since, as far as the log goes back.
             * @default false
             */
            only_failed: boolean | null;
            /** @description Which events; those that the webhook lists, when it is not given. */
            events?: components["schemas"]["WebhookEventName"][] | null;
            /**
             * @description Events get ids of their own, so that a receiver that keeps ids takes them.
             * @default false
             */
            new_ids: boolean | null;
        };
        /** @description A page of replays. */
        WebhookReplays: {
            /** @description The latest first. */
            replays: components["schemas"]["WebhookReplay"][];
            /** @description There are more before the last of them. */
            has_more: boolean;
        };
        /** @description A request to a receiver. */
        WebhookRequest: {
            /** @description Where it goes. */
            url: string;
            /** @description Its headers but for those of the connection, by name. */
            headers: components["schemas"]["WebhookRequestHeader"][];
            /** @description Its body. */
            body: string;
        };
        /** @description A header. */
        WebhookRequestHeader: {
            /** @description Its name in lower case. */
            name: string;
            /** @description Its value; `null` = a signature, or a room's own header, for a caller that may only read. */
            value?: string | null;
        };
        /** @description What is sent again. */
        WebhookRetried: {
            /** @description The delivery. */
            id: string;
            /** @description The id that its requests have. */
            rtk_uuid?: string | null;
        };
        /** @description What signs the requests of a webhook, beside the server's key. */
        WebhookSecret: {
            /** @description In the form of Standard Webhooks: `whsec_` and Base64. */
            secret: string;
            /**
             * Format: date-time
             * @description Until when the secret before it signs as well; `null` = there is none, or not any more.
             */
            old_secret_until?: string | null;
        };
        /** @description How a webhook does. Rooms with the same URL share a receiver: then it is that of all of them. */
        WebhookStatus: {
            /** @enum {string} */
            state: "up" | "slow_start" | "down" | "disabled" | "given_up";
            /**
             * Format: date-time
             * @description Since when it is down.
             */
            since?: string | null;
            /** @description Why, in words. */
            reason?: string | null;
            /**
             * Format: int64
             * @description Everything up to this sequence number is settled, or waits.
             */
            done_seq: number;
            behind?: components["schemas"]["WebhookBehind"] | null;
            /** @description Events that wait for another attempt, and meetings that wait with them. */
            waiting: number;
            /** @description Requests under way. */
            in_flight: number;
            /**
             * Format: date-time
             * @description When the next attempt is due of those that wait.
             */
            next_attempt_at?: string | null;
            missed?: components["schemas"]["WebhookMissed"] | null;
            /** @description Its attempts of the last hour. */
            last_hour: components["schemas"]["WebhookLastHour"];
        };
        /** @description What a webhook is told. */
        WebhookTestRequest: {
            event?: components["schemas"]["WebhookEventName"] | null;
        };
        /** @description A test, and what came of it. */
        WebhookTested: {
            /** @description `delivered`: a 2xx came; `answered`: something else; `no_answer`. */
            outcome: string;
            /**
             * Format: int32
             * @description Status of HTTP; `null` = no answer came.
             */
            status?: number | null;
            /** @description Where it ended without an answer: `refused`, `dns`, `connect`, `tls`, `write`, `head` or `stopped`. */
            phase?: string | null;
            /**
             * Format: int64
             * @description How long it took.
             */
            latency_ms: number;
            /** @description How the answer's body began, where it was not a 2xx. */
            excerpt: string;
            /** @description What was sent. */
            request: components["schemas"]["WebhookRequest"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    GetActivity: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                /** @description How long a row is: minutes (the default) of at most 24 hours, hours of at most 31 days. */
                by?: "minute" | "hour";
                /**
                 * @description IANA name of the zone in whose clocks hours begin; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many long reads at a time. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetAttendance: {
        parameters: {
            query?: {
                /** @description A session. Or … */
                session_id?: string;
                /** @description … a meeting: its sessions, at most 200. */
                meeting_id?: string;
                from?: string;
                to?: string;
                /** @description Percent of the window from which somebody counts as present. */
                share?: number;
                /** @description Seconds between two stays that count as time in the room, at most. */
                gap?: number;
                /** @description Seconds after the begin of the window; whoever comes later is late. A day: nobody of a shorter session is. */
                late?: number;
                /** @description Whether the time counts in which a connection was lost and came back. */
                away?: boolean;
                /** @description Whether participants of the meeting who never came are listed, and whoever was not there is `absent`, not `below`. */
                absent?: boolean;
                /**
                 * @description Presets whose holders are left out: names, separated by commas, at most 20.
                 * @example group_call_host,webinar_presenter
                 */
                without_presets?: string;
                /** @description With the stays that it was counted from, in each session. */
                stays?: boolean;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attendance"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sessions are being told whole. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    ExportAttendanceCsv: {
        parameters: {
            query?: {
                /** @description A session. Or … */
                session_id?: string;
                /** @description … a meeting: its sessions, at most 200. */
                meeting_id?: string;
                from?: string;
                to?: string;
                /** @description Percent of the window from which somebody counts as present. */
                share?: number;
                /** @description Seconds between two stays that count as time in the room, at most. */
                gap?: number;
                /** @description Seconds after the begin of the window; whoever comes later is late. A day: nobody of a shorter session is. */
                late?: number;
                /** @description Whether the time counts in which a connection was lost and came back. */
                away?: boolean;
                /** @description Whether participants of the meeting who never came are listed, and whoever was not there is `absent`, not `below`. */
                absent?: boolean;
                /**
                 * @description Presets whose holders are left out: names, separated by commas, at most 20.
                 * @example group_call_host,webinar_presenter
                 */
                without_presets?: string;
                /** @description `rows`: a line a person and session. `matrix`: a line a person with a column a session, which has the share. */
                form?: string;
                /**
                 * @description IANA name of the zone of the instants, each of which says its offset; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
                /** @description Begin with a byte order mark, which some spreadsheets need. */
                bom?: boolean;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sessions are being told whole, or exports under way. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetEvents: {
        parameters: {
            query?: {
                /** @description Changes after this sequence number; 0 = from the beginning. */
                after?: number;
                /** @description Most changes in the answer, at most 1000; 0 is the default. */
                limit?: number;
                from?: string;
                to?: string;
                meeting_id?: string;
                session_id?: string;
                events?: string;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Events"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetFeed: {
        parameters: {
            query?: {
                /** @description Go on after this id, as the header `Last-Event-ID` does; the header goes first. */
                last_event_id?: number;
                /** @description Begin with the LIVE sessions and who is in them, unless the feed goes on after an id. */
                snapshot?: boolean;
                meeting_id?: string;
                session_id?: string;
                events?: string;
            };
            header?: {
                /** @description Go on after this id, without a gap or a duplicate. */
                "Last-Event-ID"?: number | null;
            };
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Event"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetLosses: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Losses"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many long reads at a time. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetPeople: {
        parameters: {
            query?: {
                /** @description Part of a name, of the caller's own id or of the user, in any case; or of the participant's id. */
                search?: string;
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many long reads at a time. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetPerson: {
        parameters: {
            query?: {
                /**
                 * @description IANA name of the zone in whose clocks days begin; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
            };
            header?: never;
            path: {
                app_id: string;
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many long reads at a time. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetPersonStays: {
        parameters: {
            query?: {
                /** @description Page, from 1; 0 is the first page too. */
                page_no?: number;
                /** @description Items on a page, at most 100; 0 is the default. */
                per_page?: number;
            };
            header?: never;
            path: {
                app_id: string;
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonStays"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many long reads at a time. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetRoomWebhookDeliveries: {
        parameters: {
            query?: {
                state?: "waiting" | "delivered" | "failed" | "unknown" | "";
                event?: "meeting.started" | "meeting.ended" | "meeting.participantJoined" | "meeting.participantLeft" | "meeting.chatSynced" | "recording.statusUpdate" | "livestreaming.statusUpdate" | "meeting.transcript" | "meeting.summary" | "sessionJoined" | "sessionLeft" | "";
                meeting_id?: string;
                session_id?: string;
                after?: string;
                before?: string;
                /** @description Most deliveries in the answer, at most 100; 0 is the default. */
                limit?: number;
            };
            header?: never;
            path: {
                app_id: string;
                room_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveries"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetRoomWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                room_id: string;
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryWhole"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    RetryRoomWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                room_id: string;
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookRetried"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The webhook is switched off, what is asked for is under way, or too much of it is. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetRoomWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                room_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetRoomWebhookStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                room_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookStatus"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    TestRoomWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                room_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RoomWebhookTestRequest"];
            };
        };
        responses: {
            /** @description Done, whatever came of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTested"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The webhook is switched off, what is asked for is under way, or too much of it is. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    ExportSessionsCsv: {
        parameters: {
            query?: {
                /** @description ID of the meeting that the sessions belong to. */
                associated_id?: string;
                start_time?: string;
                end_time?: string;
                /** @description Current status. */
                status?: "LIVE" | "ENDED";
                /** @description Range of the most people connected at a time: `min:max`, `min:` or `:max`. */
                participants?: string;
                /** @description Part of the title, the meeting ID or the session ID. */
                search?: string;
                columns?: string;
                /**
                 * @description IANA name of the zone of the instants, each of which says its offset; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
                /** @description Begin with a byte order mark, which some spreadsheets need. */
                bom?: boolean;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The token has as many exports under way as it may. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    ExportSessionsNdjson: {
        parameters: {
            query?: {
                /** @description ID of the meeting that the sessions belong to. */
                associated_id?: string;
                start_time?: string;
                end_time?: string;
                /** @description Current status. */
                status?: "LIVE" | "ENDED";
                /** @description Range of the most people connected at a time: `min:max`, `min:` or `:max`. */
                participants?: string;
                /** @description Part of the title, the meeting ID or the session ID. */
                search?: string;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The token has as many exports under way as it may. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSessionCounts: {
        parameters: {
            query?: {
                /** @description ID of the meeting that the sessions belong to. */
                associated_id?: string;
                start_time?: string;
                end_time?: string;
                /** @description Current status. */
                status?: "LIVE" | "ENDED";
                /** @description Range of the most people connected at a time: `min:max`, `min:` or `:max`. */
                participants?: string;
                /** @description Part of the title, the meeting ID or the session ID. */
                search?: string;
                /** @description How long a bucket is; when it is not given, as long as gives at most some 240 of them. */
                by?: "hour" | "day" | "week" | "month";
                /**
                 * @description IANA name of the zone in whose clocks hours, days, weeks (from Monday) and months begin; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionCounts"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSessionAudit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Compared; `differs` says what is not the same. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Audit"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sessions are being told whole, or this one changes too fast. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    ExportSessionStaysCsv: {
        parameters: {
            query?: {
                /**
                 * @description IANA name of the zone of the instants, each of which says its offset; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
                /** @description Begin with a byte order mark, which some spreadsheets need. */
                bom?: boolean;
            };
            header?: never;
            path: {
                app_id: string;
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sessions are being told whole. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSessionTimeline: {
        parameters: {
            query?: {
                /** @description People that were told already, in order of their first join: `next` of the answer before. */
                after?: number;
                /** @description Most people in the answer, at most 5000; 0 is the default. */
                limit?: number;
            };
            header?: never;
            path: {
                app_id: string;
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            /** @description As the client has it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sessions are being told whole. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    ListShares: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shares"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    CreateShare: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewShare"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Share"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    DeleteShare: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetUsage: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                /** @description How long a row is, in the clocks of the zone, a day when not given; the first and the last one only as far as the range goes. */
                by?: "day" | "week" | "month";
                /**
                 * @description IANA name of the zone in whose clocks days, weeks (from Monday) and months begin; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
                /**
                 * @description `start`, the default: a session counts whole where it began, as in the list of sessions. `midnight`: its minutes count where they
                 *     were.
                 */
                split?: "start" | "midnight";
                /**
                 * @description Whether people are counted, the default. Without them any range of a large app is told in seconds: of people every stay has to be
                 *     looked at.
                 */
                people?: boolean;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many long reads at a time. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    ExportUsageCsv: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                /** @description How long a row is, in the clocks of the zone, a day when not given; the first and the last one only as far as the range goes. */
                by?: "day" | "week" | "month";
                /**
                 * @description IANA name of the zone in whose clocks days, weeks (from Monday) and months begin; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
                /**
                 * @description `start`, the default: a session counts whole where it began, as in the list of sessions. `midnight`: its minutes count where they
                 *     were.
                 */
                split?: "start" | "midnight";
                /**
                 * @description Whether people are counted, the default. Without them any range of a large app is told in seconds: of people every stay has to be
                 *     looked at.
                 */
                people?: boolean;
                /** @description Begin with a byte order mark, which some spreadsheets need. */
                bom?: boolean;
            };
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many long reads at a time. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetWebhookDeliveries: {
        parameters: {
            query?: {
                state?: "waiting" | "delivered" | "failed" | "unknown" | "";
                event?: "meeting.started" | "meeting.ended" | "meeting.participantJoined" | "meeting.participantLeft" | "meeting.chatSynced" | "recording.statusUpdate" | "livestreaming.statusUpdate" | "meeting.transcript" | "meeting.summary" | "sessionJoined" | "sessionLeft" | "";
                meeting_id?: string;
                session_id?: string;
                after?: string;
                before?: string;
                /** @description Most deliveries in the answer, at most 100; 0 is the default. */
                limit?: number;
            };
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveries"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryWhole"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    RetryWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookRetried"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The webhook is switched off, what is asked for is under way, or too much of it is. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetWebhookReplays: {
        parameters: {
            query?: {
                /** @description Only those with a smaller number. */
                before?: string;
                /** @description Most replays in the answer, at most 100; 0 is the default. */
                limit?: number;
            };
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplays"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    CreateWebhookReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WebhookReplayRequest"];
            };
        };
        responses: {
            /** @description It has begun. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplayBegun"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The webhook is switched off, what is asked for is under way, or too much of it is. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetWebhookReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    StopWebhookReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    RotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetWebhookStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookStatus"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    TestWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WebhookTestRequest"];
            };
        };
        responses: {
            /** @description Done, whatever came of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTested"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The webhook is switched off, what is asked for is under way, or too much of it is. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetConsoleSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleSession"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    CreateConsoleSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ConsoleSignIn"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleSession"];
                };
            };
            /** @description The body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The token or the link is not known. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Not from here, or not with this token. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The console is switched off. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sign-ins failed. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    DeleteConsoleSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetConsoleSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleSignedIns"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    DeleteConsoleSessionById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sign_in_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSessionChatFile: {
        parameters: {
            query: {
                /** @description As in the link. */
                expires: number;
                /** @description As in the link. */
                signature: string;
            };
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description The link is not valid, or not any more. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    OpenShare: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenShare"];
            };
        };
        responses: {
            /** @description The cookie is set. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedShare"];
                };
            };
            /** @description The body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The link is not known, or over. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Not from here. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The console is switched off. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sign-ins failed. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSharedAttendance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attendance"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sessions are being told whole. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    ExportSharedAttendanceCsv: {
        parameters: {
            query?: {
                /** @description `rows`: a line a person and session. `matrix`: a line a person with a column a session, which has the share. */
                form?: string;
                /**
                 * @description IANA name of the zone of the instants, each of which says its offset; UTC when not given.
                 * @example Europe/Berlin
                 */
                tz?: string;
                /** @description Begin with a byte order mark, which some spreadsheets need. */
                bom?: boolean;
            };
            header?: never;
            path: {
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Too many sessions are being told whole, or exports under way. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSystem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSystemArchive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemArchive"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    RebuildSystemArchive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                app_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemArchive"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description One is being built. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetSystemVerify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemVerify"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    BeginSystemVerify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemVerify"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description One runs. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    StopSystemVerify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It ends within moments. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemVerify"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    GetTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokens"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    CreateToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiTokenRequest"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenMade"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body has more than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The body is compressed, in another character set, or something else than JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
    DeleteToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenRevoked"];
                };
            };
            /** @description A parameter or the body is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No credentials, or wrong ones. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The credentials do not reach this account, or not this operation. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description No such object in this app. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The path has no such method. */
            405: {
                headers: {
                    /** @description Its methods. */
                    Allow?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Path and query have more than 16 KiB. */
            414: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description Fault in the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
            /** @description The disk is behind, or the server is full or stops. */
            503: {
                headers: {
                    /** @description Seconds after which to come back. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KitError"];
                };
            };
        };
    };
}
