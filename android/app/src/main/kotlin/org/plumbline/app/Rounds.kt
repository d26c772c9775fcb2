package org.plumbline.app

import android.content.Context
import androidx.work.BackoffPolicy
import androidx.work.Constraints
import androidx.work.CoroutineWorker
import androidx.work.ExistingPeriodicWorkPolicy
import androidx.work.ExistingWorkPolicy
import androidx.work.NetworkType
import androidx.work.OneTimeWorkRequestBuilder
import androidx.work.PeriodicWorkRequestBuilder
import androidx.work.WorkManager
import androidx.work.WorkerParameters
import java.util.concurrent.TimeUnit

/** One round in the background: sends what waits when there is a network. The store opens without anybody at the door. */
class Rounds(context: Context, parameters: WorkerParameters) : CoroutineWorker(context, parameters) {
    override suspend fun doWork(): Result {
        val app = applicationContext as PlumblineApp
        return if (app.model.round()) Result.success() else Result.retry()
    }

    companion object {
        private const val REGULAR = "rounds"
        private const val SOON = "round"
        private val online = Constraints.Builder().setRequiredNetworkType(NetworkType.CONNECTED).build()

        /** Every quarter of an hour, as often as the system allows, when there is a network. */
        fun schedule(context: Context) {
            val work = PeriodicWorkRequestBuilder<Rounds>(15, TimeUnit.MINUTES).setConstraints(online).build()
            WorkManager.getInstance(context).enqueueUniquePeriodicWork(REGULAR, ExistingPeriodicWorkPolicy.KEEP, work)
        }

        /** As soon as there is a network: when the app leaves the screen with something waiting. */
        fun soon(context: Context) {
            val work = OneTimeWorkRequestBuilder<Rounds>().setConstraints(online)
                .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, 30, TimeUnit.SECONDS).build()
            WorkManager.getInstance(context).enqueueUniqueWork(SOON, ExistingWorkPolicy.KEEP, work)
        }
    }
}
